#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// The key file (setting lad.key_file), read once a reload and shared by all backends.
///
/// The first backend that notices a reload reads the file again and publishes the keys in shared
/// memory. A file that is bad then leaves the keys in force that were read before, and is logged.
namespace lad::pg {

/// How the text becomes keys: plain old data of at most kMaxKeysSize bytes.
struct KeyFileFormat {
  std::size_t size;                                  ///< bytes of the keys
  void (*parse)(std::string_view text, void* keys);  ///< throws lad::Error
};

inline constexpr std::size_t kMaxKeysSize = 4096;

/// Defines the setting and reserves the shared memory; only while preloading.
void define_key_file(const KeyFileFormat& format);

/// The keys in force. Throws key_unavailable (LD601) when no file was ever read well.
const void* current_keys();

/// Why the file was refused when it was last read, or that none is set; empty when all is well.
std::string key_file_problem();

}  // namespace lad::pg
