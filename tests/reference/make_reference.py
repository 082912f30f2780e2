#!/usr/bin/env python3
"""Writes the reference values that the tests here compare with: one safetensors file for every family of kernels, and one
for whole models.

Needs PyTorch (kernels: made with Debian 12's python3-torch 1.13, models: with 2.15, equal to 2e-15).  Run it only to change the cases; the files are committed.
"""
import pathlib

import torch

import make_kernels
import make_model

if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    folder = pathlib.Path(__file__).parent
    for make in make_kernels.ALL + make_model.ALL:
        torch.manual_seed(7)
        make().write(folder / f"{make.__name__}.safetensors")
