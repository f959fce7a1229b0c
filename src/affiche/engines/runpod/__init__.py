"""Runs on RunPod Serverless, over its public API."""
