/// benchmarks/serve.hpp - cases offered to another process, which lets several such processes take turns.
///
/// One command a line on standard input, one answer a line on standard output ("error ..." where it went wrong):
///   list               all names, separated by spaces        peak        largest resident memory so far in KiB
///   open NAME SECONDS  makes a case ready; shorter runs are  note NAME   the case's note
///                      repeated until they last SECONDS      quit
///   run NAME           seconds of one run                    close NAME  frees it
/// Between commands the process sleeps in a read.
#pragma once

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "measure.hpp"

namespace bench {

/// VmHWM of Linux; 0 elsewhere.
inline long peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmHWM:", 0) == 0) return std::stol(line.substr(6));
  return 0;
}

inline const Case& case_named(const std::string& name) {
  for (const Case& one : cases())
    if (one.name() == name) return one;
  throw std::runtime_error("there is no case " + name);
}

inline int serve() {
  std::map<std::string, Warm> warm;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command, name;
    double seconds = 0;
    words >> command >> name >> seconds;
    try {
      if (command == "quit") break;
      if (command == "list")
        for (const Case& one : cases()) std::cout << one.name() << ' ';
      else if (command == "open") warm.try_emplace(name, case_named(name), seconds), std::cout << "ok";
      else if (command == "run") std::cout << warm.at(name).sample();
      else if (command == "close") std::cout << warm.erase(name);
      else if (command == "note") std::cout << case_named(name).note;
      else if (command == "peak") std::cout << peak_kib();
      else std::cout << "error unknown command " << command;
    } catch (const std::exception& error) {
      std::cout << "error " << error.what();
    }
    std::cout << std::endl;
  }
  return 0;
}

}  // namespace bench
