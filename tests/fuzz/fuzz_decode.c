/* fuzz_decode.c - any bytes as the data of event chunks, one after another: 16 bits
 * of length and 16 of events - 1, then the data. What is accepted is well-formed. */
#include <stdint.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "trace/decode.h"
#include "trace/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Ops exist, operands are where they should be. */
static void check_batch(const struct pmt_batch *batch)
{
    uint64_t n_wide = 0;

    for (uint32_t i = 0; i < batch->n_events; i++) {
        if (!pmt_op_name(batch->op[i]) || (!pmt_op_has_slot(batch->op[i]) && batch->slot[i]))
            abort();
        n_wide += pmt_op_n_wide(batch->op[i]) + (batch->arg[i] == PMT_ARG_WIDE);
    }
    if (n_wide != batch->n_wide || batch->n_placements > batch->n_events)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct pmt_decoder *dec = pmt_decoder_new();
    struct pmt_cursor in = {data, data + n, false};
    enum pmt_status st = PMT_OK;

    while (dec && st == PMT_OK && pmt_cursor_left(&in) >= 4) {
        uint32_t head = pmt_le32(pmt_take(&in, 4));
        size_t left = pmt_cursor_left(&in), size = head & 0xffff;
        struct pmt_decode_fault fault;
        struct pmt_batch batch;

        size = size < left ? size : left;
        st = pmt_decode(dec, pmt_take(&in, size), size, (head >> 16) + 1, &batch, &fault);
        if (st == PMT_OK)
            check_batch(&batch);
        else if (fault.event >= PMT_BATCH_EVENTS)
            abort();
    }
    pmt_decoder_free(dec);
    return 0;
}
