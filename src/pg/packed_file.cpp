#include "pg/packed_file.hpp"

#include <openssl/evp.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>

#include "core/error.hpp"
#include "pg/postgres.hpp"
#include "pg/setting.hpp"

extern "C" {
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utils/guc.h>
}

namespace lad::pg {
namespace {

using Path = std::vector<std::string>;

constexpr int kLevel = 6;
constexpr std::size_t kPiece = 256 * 1024;
constexpr const char* kTemporary = ".writing";

constinit char* directory_setting = nullptr;

bool check_directory(char** value, void**, GucSource) {
  if (**value == '\0' || **value == '/') return true;
  GUC_check_errdetail("It must be an absolute path, or empty for none.");
  return false;
}

[[noreturn]] void fail(const std::string& what, int error) {
  const std::string reason = strerror(error);
  if (error == ENOSPC || error == EDQUOT) {
    throw Error{ErrorCode::disk_full, what, reason};
  }
  throw Error{ErrorCode::io_error, what, reason};
}

[[noreturn]] void damaged(const char* message, const std::string& detail = "") {
  throw Error{ErrorCode::archive_mismatch, message, detail};
}

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int get() const { return number_; }

 private:
  int number_ = -1;
};

/// The directory that holds the file, step by step, so that no part is a symbolic link. Below the
/// one that the administrator has named, which may be one.
Descriptor open_parent(const std::string& directory, const Path& path) {
  Descriptor at{open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (at.get() < 0) {
    throw Error{ErrorCode::not_in_state, "the archive directory cannot be opened", strerror(errno),
                "Create the directory of lad.archive_directory."};
  }
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    Descriptor next{
        openat(at.get(), path[i].c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (next.get() < 0) {
      throw Error{ErrorCode::invalid_argument, "path is not one below the archive directory",
                  path[i] + " is no directory there."};
    }
    at = std::move(next);
  }
  return at;
}

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) {
    if (context_ == nullptr || EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) != 1) refuse();
  }
  ~Sha256() { EVP_MD_CTX_free(context_); }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(const void* bytes, std::size_t size) {
    if (EVP_DigestUpdate(context_, bytes, size) != 1) refuse();
    size_ += size;
  }
  FileFacts facts() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    if (EVP_DigestFinal_ex(context_, digest, &length) != 1) refuse();
    constexpr std::string_view kDigits = "0123456789abcdef";
    FileFacts facts{size_, ""};
    for (unsigned int i = 0; i < length; ++i) {
      facts.sha256 += kDigits[digest[i] >> 4];
      facts.sha256 += kDigits[digest[i] & 15];
    }
    return facts;
  }

 private:
  [[noreturn]] static void refuse() {
    throw Error{ErrorCode::internal, "OpenSSL cannot compute SHA-256"};
  }

  EVP_MD_CTX* context_;
  std::uint64_t size_ = 0;
};

}  // namespace

void define_archive_directory() {
  DefineCustomStringVariable(
      "lad.archive_directory", "Directory below which archived partitions are written.",
      "An absolute path of an existing directory that the server's user may write; empty for none.",
      &directory_setting, "", PGC_SUSET, GUC_SUPERUSER_ONLY, check_directory, nullptr, nullptr);
}

std::string archive_directory() {
  if (directory_setting != nullptr && *directory_setting != '\0') return directory_setting;
  throw Error{ErrorCode::not_in_state, "no archive directory is set", "",
              "Set lad.archive_directory to a directory of the server."};
}

WrittenFiles::~WrittenFiles() {
  for (const Path& path : paths_) {
    try {
      const Descriptor parent = open_parent(directory_, path);
      unlinkat(parent.get(), path.back().c_str(), 0);
    } catch (const Error&) {
      // The directory is gone, and the file with it.
    }
  }
}

struct PackedWriter::State {
  WrittenFiles& files;
  Path path;
  Descriptor parent;
  std::string temporary;
  Descriptor file{};
  ZSTD_CStream* stream = nullptr;
  Sha256 sha256{};
  std::string out = std::string(kPiece, '\0');
  bool is_named = false;

  void put(const char* bytes, std::size_t size) {
    sha256.add(bytes, size);
    while (size > 0) {
      const ssize_t written = ::write(file.get(), bytes, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("the archive cannot be written", errno);
      bytes += written;
      size -= static_cast<std::size_t>(written);
    }
  }

  void pack(std::string_view text, ZSTD_EndDirective end) {
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    std::size_t left = 0;
    do {
      ZSTD_outBuffer piece{out.data(), out.size(), 0};
      left = ZSTD_compressStream2(stream, &piece, &in, end);
      if (ZSTD_isError(left) != 0) {
        throw Error{ErrorCode::internal, "zstd cannot compress", ZSTD_getErrorName(left)};
      }
      put(out.data(), piece.pos);
    } while (end == ZSTD_e_end ? left != 0 : in.pos < in.size);
  }

  ~State() {
    ZSTD_freeCStream(stream);
    if (!is_named && file.get() >= 0) unlinkat(parent.get(), temporary.c_str(), 0);
  }
};

PackedWriter::PackedWriter(WrittenFiles& files, Path path, bool compressed) {
  Descriptor parent = open_parent(files.directory(), path);
  // The name is this process's alone, so that what is there was left behind by a lost one.
  std::string temporary = "." + path.back() + "." + std::to_string(MyProcPid) + kTemporary;
  state_.reset(new State{files, std::move(path), std::move(parent), std::move(temporary), {}});
  unlinkat(state_->parent.get(), state_->temporary.c_str(), 0);
  state_->file = Descriptor{openat(state_->parent.get(), state_->temporary.c_str(),
                                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (state_->file.get() < 0) fail("the archive cannot be created", errno);
  if (!compressed) return;
  state_->stream = ZSTD_createCStream();
  if (state_->stream == nullptr) throw Error{ErrorCode::out_of_memory, "no memory for zstd"};
  ZSTD_CCtx_setParameter(state_->stream, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(state_->stream, ZSTD_c_checksumFlag, 1);
}

PackedWriter::~PackedWriter() = default;

void PackedWriter::write(std::string_view text) {
  if (state_->stream == nullptr) {
    state_->put(text.data(), text.size());
  } else {
    state_->pack(text, ZSTD_e_continue);
  }
}

FileFacts PackedWriter::finish() {
  State& state = *state_;
  if (state.stream != nullptr) state.pack({}, ZSTD_e_end);
  if (fsync(state.file.get()) != 0) fail("the archive cannot be made durable", errno);
  const std::string& name = state.path.back();
  // A link, unlike a rename, never takes the place of another file.
  if (linkat(state.parent.get(), state.temporary.c_str(), state.parent.get(), name.c_str(), 0) !=
      0) {
    if (errno == EEXIST) {
      throw Error{ErrorCode::duplicate_object, "a file of that name is in the archive directory"};
    }
    fail("the archive cannot be given its name", errno);
  }
  state.files.add(state.path);
  state.is_named = true;
  unlinkat(state.parent.get(), state.temporary.c_str(), 0);
  if (fsync(state.parent.get()) != 0) fail("the archive cannot be made durable", errno);
  return state.sha256.facts();
}

bool has_file(const std::string& directory, const Path& path) {
  const Descriptor parent = open_parent(directory, path);
  struct stat status {};
  return fstatat(parent.get(), path.back().c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

void remove_file(const std::string& directory, const Path& path) {
  const Descriptor parent = open_parent(directory, path);
  if (unlinkat(parent.get(), path.back().c_str(), 0) != 0 && errno != ENOENT) {
    fail("what a lost export left behind cannot be removed", errno);
  }
}

struct PackedReader::State {
  Descriptor file;
  ZSTD_DStream* stream = nullptr;
  Sha256 sha256{};
  std::string in = std::string(kPiece, '\0');
  std::string out = std::string(kPiece, '\0');
  ZSTD_inBuffer piece{nullptr, 0, 0};
  std::size_t expected = 0;  ///< 0 between frames
  bool is_over = false;
  bool has_more = false;  ///< the last piece filled the buffer

  std::size_t fetch() {
    for (;;) {
      const ssize_t got = ::read(file.get(), in.data(), in.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("the archive cannot be read", errno);
      sha256.add(in.data(), static_cast<std::size_t>(got));
      is_over = got == 0;
      return static_cast<std::size_t>(got);
    }
  }

  ~State() { ZSTD_freeDStream(stream); }
};

PackedReader::PackedReader(const std::string& directory, const Path& path, bool compressed) {
  const Descriptor parent = open_parent(directory, path);
  Descriptor file{
      openat(parent.get(), path.back().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  struct stat status {};
  if (file.get() < 0) damaged("a file of the archive is missing", strerror(errno));
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    damaged("a file of the archive is no plain file");
  }
  state_.reset(new State{std::move(file)});
  if (!compressed) return;
  state_->stream = ZSTD_createDStream();
  if (state_->stream == nullptr) throw Error{ErrorCode::out_of_memory, "no memory for zstd"};
}

PackedReader::~PackedReader() = default;

std::string_view PackedReader::read() {
  State& state = *state_;
  if (state.stream == nullptr) return {state.in.data(), state.fetch()};
  for (;;) {
    if (state.piece.pos == state.piece.size && !state.is_over && !state.has_more) {
      state.piece = {state.in.data(), state.fetch(), 0};
    }
    if (state.is_over && !state.has_more && state.piece.pos == state.piece.size) {
      if (state.expected != 0) damaged("a file of the archive is cut off");
      return {};
    }
    ZSTD_outBuffer unpacked{state.out.data(), state.out.size(), 0};
    state.expected = ZSTD_decompressStream(state.stream, &unpacked, &state.piece);
    if (ZSTD_isError(state.expected) != 0) {
      damaged("a file of the archive is damaged", ZSTD_getErrorName(state.expected));
    }
    state.has_more = unpacked.pos == unpacked.size;
    if (unpacked.pos > 0) return {state.out.data(), unpacked.pos};
  }
}

FileFacts PackedReader::facts() const {
  return state_->sha256.facts();
}

}  // namespace lad::pg
