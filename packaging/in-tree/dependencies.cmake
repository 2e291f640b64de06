# SPDX-License-Identifier: GPL-2.0-or-later
# In Wireshark's own source tree its build has found everything.
set(wireshark_version ${PROJECT_MAJOR_VERSION}.${PROJECT_MINOR_VERSION}.${PROJECT_PATCH_VERSION})
add_library(wireshark INTERFACE)
target_link_libraries(wireshark INTERFACE epan)
foreach(library GLIB2 GCRYPT)
  string(REGEX REPLACE "[0-9]" "" name ${library})
  add_library(PkgConfig::${name} INTERFACE IMPORTED)
  target_include_directories(PkgConfig::${name} INTERFACE ${${library}_INCLUDE_DIRS})
  target_link_libraries(PkgConfig::${name} INTERFACE ${${library}_LIBRARIES})
endforeach()
