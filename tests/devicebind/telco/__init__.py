"""Tests of verification by the operator."""
