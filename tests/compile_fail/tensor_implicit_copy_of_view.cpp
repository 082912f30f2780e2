// Copying a view into a tensor asks for memory: it must be written out.
// expect: conversion from|no viable conversion
#include "stac3dl/core/tensor.hpp"

void use(stac3dl::CView<float, 1> view) {
  stac3dl::Tensor<float, 1> written_out(view);
#ifdef MISUSE
  stac3dl::Tensor<float, 1> silent = view;
#endif
}
