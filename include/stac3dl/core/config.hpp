/// core/config.hpp - version, switches and the ABI-tagged namespace of the library.
///
/// Every name lives in an inline namespace whose name spells out the settings that change object layout or behaviour:
/// version, STAC3DL_CHECKS, OpenMP and Eigen's alignment.  Two translation units built with different settings then
/// refuse to link, instead of crashing at run time.
#pragma once

#include <Eigen/Core>

#include "stac3dl/core/compiled_parts.hpp"

/// Breaking changes.
#define STAC3DL_VERSION_MAJOR 0
/// New features.
#define STAC3DL_VERSION_MINOR 1
/// Corrections.
#define STAC3DL_VERSION_PATCH 0

/// 1: every element access is checked against its view's shape.  Shape checks at the API are always on.
#ifndef STAC3DL_CHECKS
#ifdef NDEBUG
#define STAC3DL_CHECKS 0
#else
#define STAC3DL_CHECKS 1
#endif
#endif

/// 1: kernels run on several threads through OpenMP.  Follows the compiler's -fopenmp unless set by hand.
#ifndef STAC3DL_OPENMP
#ifdef _OPENMP
#define STAC3DL_OPENMP 1
#else
#define STAC3DL_OPENMP 0
#endif
#endif

#if STAC3DL_CHECKS
/// Part of the namespace's name: `checked` or `unchecked`.
#define STAC3DL_ABI_CHECKS checked
#else
#define STAC3DL_ABI_CHECKS unchecked
#endif
#if STAC3DL_OPENMP
#define STAC3DL_ABI_THREADS openmp
#else
/// Part of the namespace's name: `openmp` or `serial`.
#define STAC3DL_ABI_THREADS serial
#endif
#if EIGEN_MAX_ALIGN_BYTES >= 64
#define STAC3DL_ABI_ALIGN align64
#elif EIGEN_MAX_ALIGN_BYTES >= 32
#define STAC3DL_ABI_ALIGN align32
#elif EIGEN_MAX_ALIGN_BYTES >= 16
#define STAC3DL_ABI_ALIGN align16
#else
/// Part of the namespace's name: Eigen's alignment in bytes.
#define STAC3DL_ABI_ALIGN align0
#endif

#define STAC3DL_ABI_JOIN_(major, minor, checks, threads, align) v##major##_##minor##_##checks##_##threads##_##align
#define STAC3DL_ABI_JOIN(major, minor, checks, threads, align) STAC3DL_ABI_JOIN_(major, minor, checks, threads, align)
/// Name of the inline namespace, for instance `v0_1_unchecked_openmp_align64`.
#define STAC3DL_ABI                                                                                             \
  STAC3DL_ABI_JOIN(STAC3DL_VERSION_MAJOR, STAC3DL_VERSION_MINOR, STAC3DL_ABI_CHECKS, STAC3DL_ABI_THREADS, \
                   STAC3DL_ABI_ALIGN)

/// Opens stac3dl and the inline namespace that spells the settings out.
#define STAC3DL_NAMESPACE_BEGIN \
  namespace stac3dl {           \
  inline namespace STAC3DL_ABI {
/// Closes both.
#define STAC3DL_NAMESPACE_END \
  }                           \
  }

STAC3DL_NAMESPACE_BEGIN

/// Signed everywhere: sizes subtract without surprises, and OpenMP loops want it.
using Index = Eigen::Index;

STAC3DL_NAMESPACE_END
