/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RTMPX_NOUN_H
#define RTMPX_NOUN_H

#include "rtmpx.h"

/* A protocol or field that is not ours, by filter name; `field` is what is registered under it. */
struct rtmpx_other_field {
    const char *name;
    const header_field_info *field;
};

/*
 * A noun of the protocol, as one file below tree/ (or a transport) shows it: what it registers, and
 * how it shows a message body. plugin.c lists all of them. Registration, the dispatch by message
 * type and the check whether its items are wanted (wanted.h) come from this description, so a new
 * field or expert item needs nothing else.
 */
struct rtmpx_noun {
    hf_register_info *fields;
    ei_register_info *experts;
    int *const *subtrees;
    unsigned field_count, expert_count, subtree_count, other_count;

    /* Nouns whose items its tree holds as well; NULL: none, else the last one is NULL. Those of
     * tree/note.h need not be listed: any tree may hold them. */
    const struct rtmpx_noun *const *parts;

    /* Protocols and fields that are not ours: its tree holds them, or is needed for them. */
    struct rtmpx_other_field *others;

    /* Message types that it shows, 0 after the last one; or all types that no other noun shows. */
    uint8_t types[8];
    bool other_types;

    /* Of a noun that shows message types: add its items under `tree`, NULL when only an expert tap
     * listens; append its one-line summary for the message item and the Info column. The summary
     * must be the same without a tree, and cheap. Called only when the noun is wanted (wanted.h).
     */
    void (*tree)(proto_tree *tree, const struct rtmpx_body *body);
    void (*summary)(struct rtmp_text *text, const struct rtmpx_body *body);
};

/* Members of the initializer of a noun. */
#define RTMPX_FIELDS(array)   .fields = (array), .field_count = array_length(array)
#define RTMPX_EXPERTS(array)  .experts = (array), .expert_count = array_length(array)
#define RTMPX_OTHERS(array)   .others = (array), .other_count = array_length(array)
#define RTMPX_SUBTREES(array) .subtrees = (array), .subtree_count = array_length(array)

/*
 * The expert items of a file are one list, LIST(X), with X(id, filter name, group, severity, text)
 * for each. From it come the ids and the rows to register:
 *
 *     LIST(RTMPX_EXPERT_ID)
 *     static ei_register_info noun_ei[] = {LIST(RTMPX_EXPERT_ROW)};
 *
 * so that an item without a row does not compile. Texts have no variable parts: tshark's
 * `-z expert` groups by text. Its field is described by its severity.
 */
#define RTMPX_SEVERITY_PI_COMMENT                        "Expert item, comment"
#define RTMPX_SEVERITY_PI_NOTE                           "Expert item, note"
#define RTMPX_SEVERITY_PI_WARN                           "Expert item, warning"
#define RTMPX_SEVERITY_PI_ERROR                          "Expert item, error"
#define RTMPX_EXPERT_ID(id, name, group, severity, text) static expert_field id = EI_INIT;
#define RTMPX_EXPERT_ROW(id, name, group, severity, text)                                          \
    {&id,                                                                                          \
     {name,                                                                                        \
      group,                                                                                       \
      severity,                                                                                    \
      text,                                                                                        \
      0,                                                                                           \
      NULL,                                                                                        \
      0,                                                                                           \
      {0, {NULL, NULL, FT_NONE, BASE_NONE, NULL, 0, RTMPX_SEVERITY_##severity, HFILL}}}},

/* Register the fields, expert items and subtrees of `count` nouns, and note which message types
 * each shows. */
void rtmpx_register_nouns(int proto, const struct rtmpx_noun *const *nouns, unsigned count);

/* When a capture is opened: find the other fields of the nouns. (_ws.expert is not registered yet
 * at handoff.) */
void rtmpx_find_other_fields(const struct rtmpx_noun *const *nouns, unsigned count);

/* The noun that shows a message type. Never NULL after registration. */
const struct rtmpx_noun *rtmpx_noun_of(uint8_t type);

/*
 * Does a filter, -e or tap refer to one of n registered fields? The same result as
 * proto_field_is_referenced() for an invisible tree, without a call a field: Wireshark keeps its
 * reference counts in these structs. Nearly always none is referenced, so the loop does not end
 * early.
 */
static inline bool rtmpx_fields_referenced(const hf_register_info *fields, unsigned n) {
    _Static_assert(HF_REF_TYPE_NONE == 0, "a field that is referenced is not 0");
    unsigned referenced = 0;
#pragma GCC unroll 8
    for (unsigned i = 0; i < n; i++)
        referenced |= (unsigned)fields[i].hfinfo.ref_type;
    return referenced;
}

/*
 * The same for the fields and expert items that the noun itself registers, and for its other
 * fields; without its parts. An expert item is registered with a field of its own, which is part
 * of its row. Inline, so that the counts are constants when the compiler knows the noun.
 */
static inline bool rtmpx_noun_referenced(const struct rtmpx_noun *noun) {
    unsigned referenced = rtmpx_fields_referenced(noun->fields, noun->field_count);
#pragma GCC unroll 8
    for (unsigned i = 0; i < noun->expert_count; i++)
        referenced |= (unsigned)noun->experts[i].eiinfo.hf_info.hfinfo.ref_type;
    for (unsigned i = 0; i < noun->other_count; i++)
        referenced |= (unsigned)noun->others[i].field->ref_type;
    return referenced;
}

#endif
