/// io/prepare_cached.hpp - prepare(), unless it has been done before.
///
///   WindowCache cache("cache");
///   const CacheSource source{{clip.source}, "read_video 112x112"};      // the file, and how it is read
///   RecordingReport report = prepare_cached(cache, pipeline, source, clip, [](Recording& r) { load_clip(r, options);
///   });
///
///   PreparationReport report = prepare_cached(cache, pipeline, data.recordings);      // already in memory
/// The result is the one that prepare() gives, to the bit, report included.
#pragma once

#include "stac3dl/io/cache_key.hpp"
#include "stac3dl/io/window_cache.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {
/// Takes the streams of an entry over; what they replace is gone.
inline RecordingReport take_entry(CacheEntry entry, Recording& recording) {
  recording.streams = std::move(entry.streams);
  entry.report.recording = recording.id;
  return std::move(entry.report);
}
inline bool has_content(const CacheSource& source, const std::string& content) {
  try {
    return content_hash(source.files) == content;
  } catch (const Error&) {
    return false;
  }
}
}  // namespace detail

/// Fills `recording`, which says who and what and has no streams yet, with prepared ones: those of the cache, or what
/// load(recording) adds from the source's files, prepared and then kept.  Files that change while they are read are not
/// kept.  If anything throws, the recording is as it was.
template <class Load>
RecordingReport prepare_cached(WindowCache& cache, const Pipeline& pipeline, const CacheSource& source,
                               Recording& recording, Load&& load) {
  check(recording.streams.empty(), "prepare_cached: recording ", recording.id, ": want no streams, got ",
        recording.streams.size());
  check(!source.files.empty(), "prepare_cached: recording ", recording.id, ": want the files that it is read from");
  const std::string content = cache.readable() ? content_hash(source.files) : "";
  const std::string key = cache.readable() ? cache_key(content, source.reader, pipeline) : "";
  if (cache.readable())
    if (std::optional<CacheEntry> entry = cache.load(key)) return detail::take_entry(std::move(*entry), recording);
  Recording loaded = recording;
  load(loaded);
  check(loaded.id == recording.id && loaded.subject == recording.subject && loaded.group == recording.group &&
            loaded.source == recording.source && loaded.label == recording.label,
        "prepare_cached: recording ", recording.id,
        ": load() must add streams and change nothing else: the cache keeps streams alone");
  RecordingReport report = prepare(pipeline, loaded);
  if (cache.readable() && detail::has_content(source, content)) cache.store(key, loaded.streams, report);
  recording = std::move(loaded);
  return report;
}

/// The same for a recording whose streams are in memory: worth it where preparing takes longer than reading.
inline RecordingReport prepare_cached(WindowCache& cache, const Pipeline& pipeline, Recording& recording) {
  if (!cache.readable()) return prepare(pipeline, recording);
  const std::string key = cache_key(content_hash(recording.streams), "memory", pipeline);
  if (std::optional<CacheEntry> entry = cache.load(key)) return detail::take_entry(std::move(*entry), recording);
  RecordingReport report = prepare(pipeline, recording);
  cache.store(key, recording.streams, report);
  return report;
}

/// All recordings, on all threads; the same to the bit for any number of them.
inline PreparationReport prepare_cached(WindowCache& cache, const Pipeline& pipeline,
                                        std::vector<Recording>& recordings) {
  PreparationReport report;
  report.recordings.resize(recordings.size());
  parallel_for(static_cast<Index>(recordings.size()), [&](Index i) {
    const auto at = static_cast<std::size_t>(i);
    report.recordings[at] = prepare_cached(cache, pipeline, recordings[at]);
  });
  return report;
}

STAC3DL_NAMESPACE_END
