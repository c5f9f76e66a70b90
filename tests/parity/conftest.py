"""Lets this folder's tests import timm and transformers."""

from __future__ import annotations

from tests.torchvision_stub import make_torchvision_importable

make_torchvision_importable()
