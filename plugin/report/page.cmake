# SPDX-License-Identifier: GPL-2.0-or-later
# cmake -DSOURCE=DIR -DDYGRAPHS=FILE -DOUT=FILE -P page.cmake
#
# The page of a report as C constants: what is before its data, and what is behind. Style and scripts
# stand in the page, and its policy names the hash of each: nothing else runs, and nothing is loaded.
# DYGRAPHS is empty where the library is not there: the page then has tables and no charts.

file(READ ${SOURCE}/page.html page)
file(READ ${SOURCE}/page.css style)
set(script "\"use strict\";\n(() => {\n")
foreach(part values head parts findings streams chart timing calls objects flow foot)
  file(READ ${SOURCE}/page/${part}.js text)
  string(APPEND script "${text}")
endforeach()
string(APPEND script "document.documentElement.dataset.ready = \"1\";\n})();\n")
set(charts "")
set(licence "")
if(DYGRAPHS)
  file(READ ${DYGRAPHS} charts)
  file(READ ${SOURCE}/dygraphs-licence.txt licence)
  string(REPLACE "&" "&amp;" licence "${licence}")
  string(REPLACE "<" "&lt;" licence "${licence}")
  string(REGEX REPLACE "\n?//# sourceMappingURL=[^\n]*" "" charts "${charts}")
endif()

foreach(part style charts script)
  string(TOLOWER "${${part}}" lower)
  if(lower MATCHES "</(script|style)|<!--")
    message(FATAL_ERROR "${part}: ends its element, or begins a comment")
  endif()
endforeach()

# 'sha256-...' of a text, as a policy has it: the hash in base64.
function(hash_of text result)
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(SHA256 hex "${text}")
  set(base64 "")
  # Three bytes, six digits, are four characters; of 32 bytes the last group lacks one.
  foreach(at RANGE 0 63 6)
    string(SUBSTRING "${hex}0000" ${at} 6 digits)
    foreach(shift 18 12 6 0)
      math(EXPR index "(0x${digits} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${index} 1 character)
      string(APPEND base64 ${character})
    endforeach()
  endforeach()
  string(SUBSTRING ${base64} 0 43 base64)
  set(${result} "'sha256-${base64}='" PARENT_SCOPE)
endfunction()

hash_of("${style}" style_hash)
hash_of("${charts}" charts_hash)
hash_of("${script}" script_hash)
foreach(part style_hash charts_hash script_hash licence style charts script)
  string(TOUPPER ${part} name)
  string(REPLACE "@${name}@" "${${part}}" page "${page}")
endforeach()

string(FIND "${page}" "@DATA@" at)
string(SUBSTRING "${page}" 0 ${at} before)
math(EXPR at "${at} + 6")
string(SUBSTRING "${page}" ${at} -1 after)

function(constant name text)
  file(WRITE ${OUT}.part "${text}")
  file(READ ${OUT}.part hex HEX)
  file(REMOVE ${OUT}.part)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  file(APPEND ${OUT} "static const unsigned char ${name}_bytes[] = {\n${hex}};\n"
    "const struct rtmpx_page_part ${name} = {${name}_bytes, sizeof ${name}_bytes};\n\n")
endfunction()

file(WRITE ${OUT} "/* Made by plugin/report/page.cmake. */\n#include \"tap/report_page.h\"\n\n")
constant(rtmpx_page_before_data "${before}")
constant(rtmpx_page_after_data "${after}")
