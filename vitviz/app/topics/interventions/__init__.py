"""Interventions: switch parts of the model off and see what that changes."""
