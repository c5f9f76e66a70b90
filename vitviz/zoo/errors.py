"""What loading a model raises: one sentence for the person, and a code and fields for who says it in another language.

Imports no torch.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from vitviz.zoo.refusals import REFUSALS

LONGEST_FIELD = 400
SHOWN_NAMES = 3

# One sentence for each reason: what is wrong and what to do. The names in braces are the fields.
SENTENCES = {
    # what was asked for
    "unknown_model": (
        "there is no model called {name}; known are {known}, a hub's model is called owner/name, and a file is given by"
        " its path"
    ),
    "unknown_source": "a model is given by a name, a path or a torch module, not by a {kind}",
    "not_for_registry": "{name} is a model that comes with vitviz: {option} cannot be chosen for it",
    "unknown_configuration": (
        "there is no configuration called {name}: give the name of a model of vitviz or of timm, or a config.json"
    ),
    # files
    "no_such_file": "there is no file {file}; check its name and folder",
    "unreadable": "{file} cannot be read; check its permissions",
    "unknown_kind": (
        "{file} is no kind of file that holds weights: give a .safetensors, .pth, .bin or .npz, or their folder"
    ),
    "no_weights": "the folder {folder} holds no weights: a .safetensors, .pth, .bin or .npz is needed",
    "several_weights": "the folder {folder} holds several files of weights ({files}): give the path of one of them",
    "truncated": "{file} ends too early, as a file does whose copying was interrupted; fetch it anew",
    "broken_file": "{file} is broken: {reason}; fetch it anew",
    "broken_pickle": "{file} is broken, or holds more than tensors; save its weights as .safetensors",
    "code_in_pickle": (
        "{file} holds code ({what}) beside its weights, and code of a file is never run here; save its weights as"
        " .safetensors"
    ),
    "compressed": (
        "{file} is compressed, so that nobody knows how large it becomes, and no library writes weights like that;"
        " save it anew without"
    ),
    "no_tensors": "{file} holds no weights",
    "too_many_tensors": "{file} holds {count} tensors, more than any model that is known here",
    "several_networks": "{file} holds several networks ({found}); save the one that you want in a file of its own",
    "not_in_shard": "{tensor} is not in {file}, where the index says that it is; fetch the files anew",
    "not_in_index": "the index {file} does not know of {tensor}, which is in one of its files; fetch the files anew",
    "unknown_dtype": "{tensor} in {file} is stored as {dtype}, which is not read here; save it as float32 or float16",
    # what comes with vitviz
    "shipped_missing": "the file {file}, which comes with vitviz, is missing or cannot be read: install vitviz again",
    "shipped_damaged": "the file {file} is not the one that came with vitviz ({reason}): install vitviz again",
    # memory
    "too_large": "{what} needs {needed} GiB of memory, and {free} GiB are free",
    "too_deep": "this configuration has {blocks} blocks, more than the {most} that are built here",
    # tensors
    "missing_tensors": "these weights are missing that the configuration asks for: {tensors}",
    "unexpected_tensors": "these weights have names that have no place in the model: {tensors}",
    "same_tensor_twice": "two of these weights are both {name}; the second is {tensor}",
    "qkv_incomplete": "query, key and value must come together, but {tensors} is not there",
    "unknown_layout": "these weights are in no layout of a {family} that is known here: {tensors}",
    "wrong_shape": "{tensor} has the shape {found}, and the configuration asks for {wanted}",
    "no_float": "{tensor} is stored as {dtype}, and weights are floating point numbers; a quantised model is not read",
    "not_finite": "{tensor} holds NaN or infinity: these weights are broken, and what they compute means nothing",
    "norm_after_pool": (
        "these weights normalise after pooling (fc_norm), and the configuration says before; check the configuration"
    ),
    "norm_before_pool": (
        "these weights normalise before pooling (norm), and the configuration says after; check the configuration"
    ),
    # hubs
    "hub_not_installed": "{name} is on a hub, and huggingface_hub is not installed: pip install huggingface_hub",
    "hub_not_found": "the hub has no model called {name}, or a private one: check owner and name, or log in",
    "hub_no_revision": "the hub has no revision {revision} of {name}; leave it out for the newest",
    "hub_gated": (
        "{name} is only for those who asked for it: ask for access on its page, then log in with a token"
    ),
    "hub_missing_file": "{name} has no file {file} on the hub, which its index names",
    "hub_unreachable": "the hub cannot be reached, and {name} was never fetched: check the network, or give a file",
    "hub_offline": "{name} was never fetched, and the offline mode (HF_HUB_OFFLINE) asks no hub",
    "hub_incomplete": "only a part of {name} was ever fetched, and the hub cannot be asked for the rest",
    "hub_refused": "the hub refused {name} with status {status}; try again later",
    "hub_wrong_hash": "{file} of {name} arrived with other bytes than the hub says; it was deleted, try again",
    "hub_wrong_size": "a file of {name} arrived with another length than the hub says; try again",
    "hub_disk": "{name} could not be written to the cache; check the folder that HF_HOME names",
    "disk_full": "there is no space left for {name} where the cache is; make space, or set HF_HOME to another disk",
    # from code
    "unknown_module": "a {kind} is no model of timm or transformers that is known here: {reason}",
    "other_function": (
        "our network with the weights of this {kind} computes something else: {gap} off where {tolerance} is allowed;"
        " nothing is shown for it"
    ),
    "cannot_check": "this {kind} could not be run to compare with: {reason}",
    # configurations
    "missing_choice": (
        "{where} does not say {choice}, and weights cannot tell; add it there, or give load_model a config that has it"
    ),
    "missing_preprocessing": (
        "nothing says how {where} wants its pictures (size, mean, standard deviation): put a preprocessor_config.json"
        " beside it, or give load_model a preprocessing"
    ),
    "missing_configuration": (
        "{file} holds weights only, which do not tell heads, pooling or activation: put its config.json beside it, or"
        " give load_model a config"
    ),
    "bad_choice": "{where} says {choice} {value}, and {wanted} is needed",
    "unknown_choice": "{where} says {choice} {value}, which is not built here",
    "impossible_configuration": "{where} does not go together: {reason}",
    "classes_do_not_fit": "{where} names {names} classes, and the weights have {scores} class scores",
} | REFUSALS


class CheckpointError(ValueError):
    """A model that is not loaded, because it cannot be had, is broken, or is not understood completely.

    ``str`` of it is one English sentence. ``code`` names the reason and ``fields`` what the sentence is filled with, so
    that an app can say it in another language. Fields can come from a stranger's file: they hold no control characters
    and no more than 400 characters, but they can hold markup, which is for whoever shows them to escape.
    """

    def __init__(self, code: str, /, **fields: object) -> None:
        self.code = code
        self.fields = {name: plain(value) for name, value in fields.items()}
        super().__init__(SENTENCES[code].format(**self.fields))


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """Raised by a ``progress`` callback to stop loading; it comes out of ``load_model`` as it went in."""


def plain(value: object) -> str:
    """A field as one short line of text."""
    text = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in str(value))
    return text if len(text) <= LONGEST_FIELD else f"{text[: LONGEST_FIELD - 1]}…"


def some(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    known = list(names)
    more = len(known) - SHOWN_NAMES
    return ", ".join(known[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
