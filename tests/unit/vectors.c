/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void require(int good, const char *what) {
    if (!good) {
        (void)fprintf(stderr, "vectors: %s\n", what);
        abort();
    }
}

/* Bytes of the readable part: whole pages that hold `len`, at least one. */
static size_t readable_size(size_t len) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return len == 0 ? page : (len + page - 1) / page * page;
}

uint8_t *guarded_copy(const void *bytes, size_t len) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t readable = readable_size(len);
    uint8_t *map =
        mmap(NULL, readable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(map != MAP_FAILED, "mmap failed");
    require(mprotect(map + readable, page, PROT_NONE) == 0, "mprotect failed");
    uint8_t *copy = map + readable - len;
    if (len)
        memcpy(copy, bytes, len);
    return copy;
}

void guarded_free(uint8_t *copy, size_t len) {
    size_t readable = readable_size(len);
    (void)munmap(copy + len - readable, readable + (size_t)sysconf(_SC_PAGESIZE));
}

struct mutants mutants_of(const void *bytes, size_t len) {
    return (struct mutants){.bytes = guarded_copy(bytes, len), .len = len};
}

bool next_mutant(struct mutants *mutants) {
    static const uint8_t extremes[] = {0x00, 0x7F, 0x80, 0xFF};
    const unsigned each = 8 + sizeof extremes;
    if (mutants->next)
        mutants->bytes[mutants->offset] = mutants->original;
    mutants->offset = mutants->next / each;
    if (mutants->offset >= mutants->len) {
        guarded_free(mutants->bytes, mutants->len);
        return false;
    }
    unsigned change = mutants->next++ % each;
    uint8_t *byte = mutants->bytes + mutants->offset;
    mutants->original = *byte;
    *byte = change < 8 ? (uint8_t)(*byte ^ 1U << change) : extremes[change - 8];
    return true;
}

static unsigned hex_digit(char c) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = c ? strchr(digits, c) : NULL;
    require(found != NULL, "not a hex digit");
    return (unsigned)(found - digits) % 16;
}

uint8_t *guarded_hex(const char *hex, size_t *len) {
    uint8_t *plain = malloc(strlen(hex) / 2 + 1);
    require(plain != NULL, "out of memory");
    *len = 0;
    while (*hex) {
        if (*hex == ' ') {
            hex++;
            continue;
        }
        unsigned high = hex_digit(hex[0]);
        plain[(*len)++] = (uint8_t)(high << 4 | hex_digit(hex[1]));
        hex += 2;
    }
    uint8_t *copy = guarded_copy(plain, *len);
    free(plain);
    return copy;
}

/* One case: what cmocka hands to run_case as its state. */
struct vector_case {
    cJSON *json;
    vector_check check;
};

struct case_list {
    struct vector_case *cases;
    size_t count;
};

static const char *json_text(const cJSON *json, const char *member) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, member));
    require(text != NULL, "a member of a vector is missing or no string");
    return text;
}

static int is_listed(const struct case_list *list, const char *name) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(json_text(list->cases[i].json, "name"), name) == 0)
            return 1;
    return 0;
}

/* Cleared: a memory sanitizer does not see what the library writes. */
static void *cleared(size_t size) {
    return calloc(1, size);
}

static void add_line(struct case_list *list, const char *line, vector_check check) {
    cJSON *json = cJSON_Parse(line);
    require(json != NULL, "a line is not JSON");
    if (is_listed(list, json_text(json, "name"))) {
        cJSON_Delete(json);
        return;
    }
    list->cases = realloc(list->cases, (list->count + 1) * sizeof *list->cases);
    require(list->cases != NULL, "out of memory");
    list->cases[list->count++] = (struct vector_case){.json = json, .check = check};
}

static void add_file(struct case_list *list, const char *directory, const char *kind,
                     vector_check check) {
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s.jsonl", directory, kind);
    FILE *file = fopen(path, "r");
    if (!file)
        return;
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, file) > 0)
        if (line[strspn(line, " \t\r\n")] != '\0')
            add_line(list, line, check);
    free(line);
    (void)fclose(file);
}

static void run_case(void **state) {
    const struct vector_case *one = *state;
    const cJSON *hex = cJSON_GetObjectItemCaseSensitive(one->json, "hex");
    struct vector vector = {
        .name = json_text(one->json, "name"),
        .json = one->json,
        .meaning = cJSON_GetObjectItemCaseSensitive(one->json, "meaning"),
    };
    uint8_t *bytes = cJSON_IsString(hex) ? guarded_hex(hex->valuestring, &vector.len) : NULL;
    vector.bytes = bytes;
    one->check(&vector);
    if (bytes)
        guarded_free(bytes, vector.len);
}

int run_vectors(const char *kind, vector_check check) {
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = cleared, .free_fn = free});
    struct case_list list = {0};
    add_file(&list, VECTOR_DIR, kind, check);
    add_file(&list, SHARED_VECTOR_DIR, kind, check);
    if (list.count == 0) {
        (void)fprintf(stderr, "vectors: no vector of kind %s\n", kind);
        return 1;
    }
    struct CMUnitTest *tests = calloc(list.count, sizeof *tests);
    require(tests != NULL, "out of memory");
    for (size_t i = 0; i < list.count; i++) {
        tests[i].name = json_text(list.cases[i].json, "name");
        tests[i].test_func = run_case;
        tests[i].initial_state = &list.cases[i];
    }
    int failures = _cmocka_run_group_tests(kind, tests, list.count, NULL, NULL);
    for (size_t i = 0; i < list.count; i++)
        cJSON_Delete(list.cases[i].json);
    free(list.cases);
    free(tests);
    return failures;
}
