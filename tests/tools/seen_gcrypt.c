/* SPDX-License-Identifier: GPL-2.0-or-later */
/* With MemorySanitizer: libgcrypt is not instrumented, so what it is given is checked and what it
 * writes is marked here. */
#include <gcrypt.h>
#include <sanitizer/msan_interface.h>

gpg_error_t __real_gcry_md_hash_buffers(int algo, unsigned flags, void *digest,
                                        const gcry_buffer_t *pieces, int count);
gpg_error_t __wrap_gcry_md_hash_buffers(int algo, unsigned flags, void *digest,
                                        const gcry_buffer_t *pieces, int count);

gpg_error_t __wrap_gcry_md_hash_buffers(int algo, unsigned flags, void *digest,
                                        const gcry_buffer_t *pieces, int count) {
    for (int i = 0; i < count; i++)
        __msan_check_mem_is_initialized((const char *)pieces[i].data + pieces[i].off,
                                        pieces[i].len);
    gpg_error_t error = __real_gcry_md_hash_buffers(algo, flags, digest, pieces, count);
    if (!error)
        __msan_unpoison(digest, gcry_md_get_algo_dlen(algo));
    return error;
}
