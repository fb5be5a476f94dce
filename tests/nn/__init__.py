"""Tests of modules, layers, losses and initialisation."""
