/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main() for builds without libFuzzer: runs each file given, and each file of a directory given. */
#define _DEFAULT_SOURCE /* scandir */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static unsigned long runs;

static int run_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    /* Of the exact size, so that a sanitizer sees a read past the end. */
    uint8_t *bytes = NULL;
    long size = -1;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0)
        bytes = malloc(size ? (size_t)size : 1);
    size_t got = bytes ? fread(bytes, 1, (size_t)size, file) : 0;
    (void)fclose(file);
    if (!bytes || got != (size_t)size) {
        (void)fprintf(stderr, "%s: cannot be read\n", path);
        free(bytes);
        return 1;
    }
    (void)LLVMFuzzerTestOneInput(bytes, got);
    runs++;
    free(bytes);
    return 0;
}

static int run(const char *path) {
    struct dirent **names;
    int count = scandir(path, &names, NULL, alphasort);
    if (count < 0)
        return run_file(path);
    int failed = 0;
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.') {
            char name[4096];
            (void)snprintf(name, sizeof name, "%s/%s", path, names[i]->d_name);
            failed |= run_file(name);
        }
        free(names[i]);
    }
    free(names);
    return failed;
}

int main(int count, char **arguments) {
    int failed = 0;
    for (int i = 1; i < count; i++)
        failed |= run(arguments[i]);
    (void)printf("%lu inputs\n", runs);
    return failed || runs == 0;
}
