"""Affiche: a self-hosted studio server for ComfyUI image workflows."""

__version__ = "0.2.0.dev0"
