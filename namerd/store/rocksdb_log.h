// RocksDB's own messages, as lines of the program's log.
#ifndef HEDDLE_NAMERD_STORE_ROCKSDB_LOG_H_
#define HEDDLE_NAMERD_STORE_ROCKSDB_LOG_H_

#include <memory>

namespace rocksdb {
class Logger;
}

namespace heddle::namerd {

// A logger for rocksdb::Options::info_log: warnings and errors, in lines that begin with "store: ". RocksDB's
// own, which writes a file beside the data, is not to be used: when the disk is full, that file is what
// cannot be written first, and RocksDB 7.8 as Debian builds it aborts on the line after the one that was
// lost.
std::shared_ptr<rocksdb::Logger> MakeRocksdbLog();

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_STORE_ROCKSDB_LOG_H_
