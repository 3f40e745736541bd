/* test_report_golden.c - reports of the sample results, word by word. A change of
 * a name in JSON or CSV is a change of a promise. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "report/report.h"
#include "support/expect.h"
#include "support/sample_result.h"

static const char summary_full_text[] =
    "app.pmt: python3 app.py --size 3\n"
    "Python 3.11.2, 1,234,567 events in 2.3 s, replayed as cpython-3.11 (as recorded)\n"
    "Verified: exact: 641,234 placements, 480 pool-table figures, 36 totals, 4 collecti"
    "ons foretold, 0 mismatches\n"
    "\n"
    "Most memory at once\n"
    "  arenas and raw together  31.0 MiB\n"
    "  arenas                   22.0 MiB\n"
    "  blocks in them           19.0 MiB\n"
    "  raw blocks                9.4 MiB\n"
    "  frame stacks             32.0 KiB\n"
    "  resident                 41.0 MiB    recorded, of the whole process\n"
    "\n"
    "Held at the end\n"
    "  in allocated blocks   12.0 MiB   45.7 %  what the program keeps\n"
    "  free in used pools     5.0 MiB   19.1 %  available to the same size only\n"
    "  unused pools           2.0 MiB    7.6 %  available to any size\n"
    "  pool headers          60.0 KiB    0.2 %\n"
    "  quantization         195.3 KiB    0.7 %  tails of pools too short for a block\n"
    "  arena alignment      768.7 KiB    2.9 %\n"
    "  arenas together       20.0 MiB   76.2 %\n"
    "  raw blocks             6.2 MiB   23.8 %  outside the pools: malloc\n"
    "  together              26.2 MiB  100.0 %\n"
    "\n"
    "Arenas of 1.0 MiB\n"
    "  allocated     24\n"
    "  reclaimed      4\n"
    "  most at once  22\n"
    "  at the end    20\n"
    "\n"
    "Traffic\n"
    "  blocks allocated   650,000\n"
    "  blocks freed       580,000\n"
    "  blocks resized       4,567\n"
    "  of them in place     1,200  26.3 %\n"
    "  served from pools  640,000  98.0 %\n"
    "\n"
    "Collector\n"
    "            generation  collections  collected  useless  in pauses       p50      "
    " p90       p99   longest\n"
    "  recorded           0            3        100        1   180.0 us   80.0 us  100."
    "0 us  100.0 us  100.0 us\n"
    "  recorded           1            1          0        1   350.0 us  350.0 us  350."
    "0 us  350.0 us  350.0 us\n"
    "  recorded           2            1      1,190        0     6.0 ms    6.0 ms    6."
    "0 ms    6.0 ms    6.0 ms\n"
    "  recorded         all            5      1,290        2     6.5 ms  100.0 us    6."
    "0 ms    6.0 ms    6.0 ms\n"
    "  modelled           0            3        100        1   270.0 us   90.0 us  100."
    "0 us  100.0 us  140.0 us\n"
    "  modelled           1            1          0        1   230.0 us  230.0 us  230."
    "0 us  230.0 us  240.0 us\n"
    "  modelled           2            1      1,190        0     6.1 ms    6.1 ms    6."
    "1 ms    6.1 ms    6.4 ms\n"
    "  modelled         all            5      1,290        2     6.6 ms  100.0 us    6."
    "1 ms    6.1 ms    6.4 ms\n"
    "  recorded, measured: 6.5 ms, 0.3 % of the run, 1 not measured; the longest at eve"
    "nt 1,200,000 (2.2 s)\n"
    "  modelled: 6.6 ms; the longest at event 1,200,000 (2.2 s), 6.1 ms\n"
    "  predicted longest: 6.4 ms, as single pauses scatter about the model\n"
    "  cost model: 38.1 ns per object visited + 55 ns per block freed of a small set + 4.2 us,\n"
    "              visits times 0.75 to 1.5 by generation and number; four in five of 4"
    " recorded pauses took 0.812 to 1.25 of that\n"
    "  garbage: 100 objects, 8.3 KiB that only collections gave back (3.5 KiB per secon"
    "d)\n"
    "  freed by counting: 1,000 objects, 90.0 % of them in generation 0, 9.0 % in 1, 1."
    "0 % in 2\n"
    "  modelled: 43,200 objects visited, 3.0 % of them collected; at most 42,000 tracke"
    "d at once, 1,190 of them garbage (234.4 KiB)\n"
    "\n";

static const char summary_full_text_rest[] =
    "Health of the trace\n"
    "  note:  raw blocks freed that were allocated before the hooks or past them  37\n"
    "  loss:  more than one interpreter allocated                                  1\n"
    "\n"
    "Figures of the interpreter that disagree\n"
    "      event  checkpoint  figure         recorded  modelled  difference\n"
    "  1,234,567  end         class 2 pools       130       131          +1\n"
    "\n"
    "Longest collections\n"
    "      event     clock  generation  asked for  foretold  visited  collected  blocks"
    " freed  modelled pause  recorded pause  recorded collected  uncollectable\n"
    "  1,200,000     2.2 s           2  yes               -   39,000      1,190        "
    " 3,570          6.1 ms          6.0 ms               1,190              1\n"
    "    600,000     1.1 s           1  no                1    2,096          0        "
    "     0        230.0 us        350.0 us                   0              0\n"
    "     90,000  200.0 ms           0  no                0      701         40        "
    "   120         90.0 us        100.0 us                  40              0\n"
    "    120,000  260.0 ms           0  no                0      701          0        "
    "     0         80.0 us         80.0 us                   0              0\n"
    "    130,000         -           0  no                0      702         60        "
    "   180        100.0 us               -                  60              0\n"
    "\n"
    "Garbage by type\n"
    "  type             garbage  its bytes  in gen 0  in gen 1  in gen 2  survivors  th"
    "eir bytes  free, but pinned\n"
    "  Node\\x09\\x1b[1m      100    8.0 KiB        60        39         1         12  "
    "      768 B           2.0 KiB\n"
    "  (not told)             0      256 B         0         0         0          0    "
    "      0 B               0 B\n"
    "\n"
    "References within garbage\n"
    "  from             to               references  per object\n"
    "  Node\\x09\\x1b[1m  list                  1,250        25.0\n"
    "  list             Node\\x09\\x1b[1m         100           -\n"
    "  (not told)       (not told)              100           -\n"
    "\n"
    "What keeps arenas at the end\n"
    "  type             garbage  its bytes  in gen 0  in gen 1  in gen 2  survivors  th"
    "eir bytes  free, but pinned\n"
    "  Node\\x09\\x1b[1m      100    8.0 KiB        60        39         1         12  "
    "      768 B           2.0 KiB\n"
    "  (not told)             0      256 B         0         0         0          0    "
    "      0 B               0 B\n"
    "\n"
    "Pool table at the end\n"
    "  size  pools  blocks in use  avail blocks     in use  available  filled\n"
    "    16      3          2,500           563   39.1 KiB    8.8 KiB  81.6 %\n"
    "    32     40         19,000         1,440  593.8 KiB   45.0 KiB  93.0 %\n"
    "    48    130         44,000           330    2.0 MiB   15.5 KiB  99.3 %\n"
    "\n"
    "Timeline\n"
    "      event     clock  resident  arenas  in arenas      used  available     unused"
    "        raw  arenas and raw\n"
    "    100,000  250.0 ms  12.0 MiB       4    4.0 MiB   3.0 MiB  390.6 KiB  293.0 KiB"
    "  781.3 KiB  ####\n"
    "    600,000     1.1 s  30.0 MiB      22   22.0 MiB  19.0 MiB  878.9 KiB   97.7 KiB"
    "    8.6 MiB  ########################\n"
    "  1,234,567     2.3 s  41.0 MiB      20   20.0 MiB  12.0 MiB    5.0 MiB    2.0 MiB"
    "    6.2 MiB  #####################\n";

static const char summary_json[] =
    "{\n"
    "  \"trace\": {\n"
    "    \"path\": \"app.pmt\",\n"
    "    \"events\": 1234567,\n"
    "    \"python\": \"3.11.2\",\n"
    "    \"partial\": false,\n"
    "    \"partial_reason\": null,\n"
    "    \"bytes\": 345678,\n"
    "    \"facts\": {\n"
    "      \"python.version\": \"3.11.2\",\n"
    "      \"argv\": \"python3 app.py --size 3\"\n"
    "    }\n"
    "  },\n"
    "  \"config\": {\n"
    "    \"preset\": \"cpython-3.11\",\n"
    "    \"spec\": \"cpython-3.11\",\n"
    "    \"recorded\": true,\n"
    "    \"gc\": {\"threshold\": [700, 10, 10], \"enabled\": true},\n"
    "    \"arena\": 1048576,\n"
    "    \"pool\": 16384,\n"
    "    \"align\": 16,\n"
    "    \"small\": 512,\n"
    "    \"arena_limit\": 0,\n"
    "    \"pool_header\": 48,\n"
    "    \"arena_base\": \"recorded\",\n"
    "    \"keep_empty_arena\": true,\n"
    "    \"mem_is_raw\": false\n"
    "  },\n"
    "  \"heap\": {\n"
    "    \"arenas\": {\"allocated\": 24, \"reclaimed\": 4, \"highwater\": 22, \"current"
    "\": 20},\n"
    "    \"arena_bytes\": 20971520,\n"
    "    \"classes\": [\n"
    "      {\"class\": 0, \"size\": 16, \"pools\": 3, \"used\": 2500, \"avail\": 563},"
    "\n"
    "      {\"class\": 1, \"size\": 32, \"pools\": 40, \"used\": 19000, \"avail\": 1440"
    "},\n"
    "      {\"class\": 2, \"size\": 48, \"pools\": 130, \"used\": 44000, \"avail\": 330"
    "}\n"
    "    ],\n"
    "    \"bytes\": {\"used\": 12582912, \"avail\": 5242880, \"unused_pools\": 2097152,"
    " \"headers\": 61440, \"quantization\": 200000, \"alignment\": 787136},\n"
    "    \"raw\": {\"blocks\": 420, \"bytes\": 6543210, \"peak_bytes\": 9876543},\n"
    "    \"peak_bytes\": 32505856\n"
    "  },\n"
    "  \"gc\": {\n"
    "    \"generations\": [\n"
    "      {\n"
    "        \"collections\": 3,\n"
    "        \"collected\": 100,\n"
    "        \"useless\": 1,\n"
    "        \"visited\": 2104,\n"
    "        \"uncollectable\": 0,\n"
    "        \"recorded_collected\": 100,\n"
    "        \"recorded_useless\": 1,\n"
    "        \"pause_ns\": {\"n\": 3, \"total\": 270000, \"max\": 100000, \"p50\": 9000"
    "0, \"p90\": 100000, \"p99\": 100000},\n"
    "        \"longest_ns\": 140000,\n"
    "        \"recorded_pause_ns\": {\"n\": 2, \"total\": 180000, \"max\": 100000, \"p5"
    "0\": 80000, \"p90\": 100000, \"p99\": 100000}\n"
    "      },\n"
    "      {\n"
    "        \"collections\": 1,\n"
    "        \"collected\": 0,\n"
    "        \"useless\": 1,\n"
    "        \"visited\": 2096,\n"
    "        \"uncollectable\": 0,\n"
    "        \"recorded_collected\": 0,\n"
    "        \"recorded_useless\": 1,\n"
    "        \"pause_ns\": {\"n\": 1, \"total\": 230000, \"max\": 230000, \"p50\": 2300"
    "00, \"p90\": 230000, \"p99\": 230000},\n"
    "        \"longest_ns\": 240000,\n"
    "        \"recorded_pause_ns\": {\"n\": 1, \"total\": 350000, \"max\": 350000, \"p5"
    "0\": 350000, \"p90\": 350000, \"p99\": 350000}\n"
    "      },\n"
    "      {\n"
    "        \"collections\": 1,\n"
    "        \"collected\": 1190,\n"
    "        \"useless\": 0,\n"
    "        \"visited\": 39000,\n"
    "        \"uncollectable\": 1,\n"
    "        \"recorded_collected\": 1190,\n"
    "        \"recorded_useless\": 0,\n"
    "        \"pause_ns\": {\"n\": 1, \"total\": 6100000, \"max\": 6100000, \"p50\": 61"
    "00000, \"p90\": 6100000, \"p99\": 6100000},\n"
    "        \"longest_ns\": 6400000,\n"
    "        \"recorded_pause_ns\": {\"n\": 1, \"total\": 6000000, \"max\": 6000000, \""
    "p50\": 6000000, \"p90\": 6000000, \"p99\": 6000000}\n"
    "      }\n"
    "    ],\n"
    "    \"visited\": 43200,\n"
    "    \"pause_ns\": {\"n\": 5, \"total\": 6600000, \"max\": 6100000, \"p50\": 100000"
    ", \"p90\": 6100000, \"p99\": 6100000},\n"
    "    \"longest_ns\": 6400000,\n"
    "    \"recorded_pause_ns\": {\"n\": 4, \"total\": 6530000, \"max\": 6000000, \"p50"
    "\": 100000, \"p90\": 6000000, \"p99\": 6000000},\n"
    "    \"peak_tracked\": 42000,\n"
    "    \"peak_garbage_objects\": 1190,\n"
    "    \"peak_garbage_bytes\": 240000,\n"
    "    \"cost\": {\"n_pauses\": 4, \"fixed_ns\": 4200.5, \"visited_ns\": 38.125, \"fr"
    "eed_ns\": 55, \"ratio\": [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0.75, 0, 0, 0, 0, 0, 0], [0,"
    " 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"
    ", 0, 0, 0, 1.5]], \"spread_low\": 0.8125, \"spread_high\": 1.25,"
    " \"is_usual\": false}\n"
    "  },\n"
    "  \"freelists\": [],\n"
    "  \"types\": [\n"
    "    {\"type\": \"Node\\u0009\\u001b[1m\", \"garbage_objects\": 100, \"garbage_look"
    "ed\": 50, \"garbage_bytes\": 8192, \"garbage_in_0\": 60, \"garbage_in_1\": 39, \"garbage_in_2\": 1, \"surv"
    "ivors\": 12, \"survivor_bytes\": 768, \"pinned_bytes\": 2049},\n"
    "    {\"type\": null, \"garbage_objects\": 0, \"garbage_looked\": 0, \"garbage_bytes\": 25"
    "6, \"garbage_in_0\": 0, \"garbage_in_1\": 0, \"garbage_in_2\": 0, \"survivors\": 0, \"survivor_byt"
    "es\": 0, \"pinned_bytes\": 0}\n"
    "  ],\n";

static const char summary_json_rest[] =
    "  \"regions\": [],\n"
    "  \"garbage_references\": [\n"
    "    {\"from\": \"Node\\u0009\\u001b[1m\", \"to\": \"list\", \"references\": 1250},\n"
    "    {\"from\": \"list\", \"to\": \"Node\\u0009\\u001b[1m\", \"references\": 100},\n"
    "    {\"from\": null, \"to\": null, \"references\": 100}\n"
    "  ],\n"
    "  \"verify\": {\n"
    "    \"checked\": true,\n"
    "    \"placement\": {\"checked\": 641234, \"mismatches\": 0},\n"
    "    \"first_mismatch_event\": null,\n"
    "    \"classes\": {\"checked\": 480, \"mismatches\": 0},\n"
    "    \"books\": {\"checked\": 36, \"mismatches\": 0},\n"
    "    \"checkpoints\": 5,\n"
    "    \"gc\": {\"recorded\": [3, 1, 1], \"replayed\": [3, 1, 1], \"foretold\": 4, \""
    "mismatches\": 0, \"deferred\": 1, \"collected_recorded\": 1290, \"collected_replay"
    "ed\": 1290, \"looked\": 2, \"looked_collected\": 40, \"looked_found\": 41, \"looked"
    "_apart\": 1},\n"
    "    \"books_balance\": true,\n"
    "    \"exact\": true\n"
    "  },\n"
    "  \"oracle\": [\n"
    "    {\"event\": 1234567, \"when\": \"end\", \"what\": \"class 2 pools\", \"recorde"
    "d\": 130, \"modelled\": 131, \"delta\": 1}\n"
    "  ],\n"
    "  \"metrics\": {\n"
    "    \"events\": 1234567,\n"
    "    \"run_ns\": 2345678901,\n"
    "    \"rss_peak_bytes\": 42991616,\n"
    "    \"recorded_gc_ns\": 6530000,\n"
    "    \"recorded_gc_max_ns\": 6000000,\n"
    "    \"garbage_bytes\": 8448,\n"
    "    \"died_in_0\": 900,\n"
    "    \"died_in_1\": 90,\n"
    "    \"died_in_2\": 10,\n"
    "    \"allocs\": 650000,\n"
    "    \"frees\": 580000,\n"
    "    \"reallocs\": 4567,\n"
    "    \"reallocs_in_place\": 1200,\n"
    "    \"small_allocs\": 640000,\n"
    "    \"limit_allocs\": 0,\n"
    "    \"arenas_allocated\": 24,\n"
    "    \"arenas_reclaimed\": 4,\n"
    "    \"arenas_highwater\": 22,\n"
    "    \"arenas_current\": 20,\n"
    "    \"arena_bytes\": 20971520,\n"
    "    \"arena_peak_bytes\": 23068672,\n"
    "    \"used_blocks\": 60000,\n"
    "    \"used_bytes\": 12582912,\n"
    "    \"avail_bytes\": 5242880,\n"
    "    \"unused_pool_bytes\": 2097152,\n"
    "    \"header_bytes\": 61440,\n"
    "    \"quantization_bytes\": 200000,\n"
    "    \"alignment_bytes\": 787136,\n"
    "    \"used_peak_bytes\": 19922944,\n"
    "    \"pools_used\": 1100,\n"
    "    \"raw_blocks\": 420,\n"
    "    \"raw_bytes\": 6543210,\n"
    "    \"raw_peak_bytes\": 9876543,\n"
    "    \"stack_peak_bytes\": 32768,\n"
    "    \"peak_bytes\": 32505856,\n"
    "    \"freelist_hits\": 0,\n"
    "    \"freelist_misses\": 0,\n"
    "    \"gc_collections_0\": 3,\n"
    "    \"gc_collections_1\": 1,\n"
    "    \"gc_collections_2\": 1,\n"
    "    \"gc_useless\": 2,\n"
    "    \"gc_visited\": 43200,\n"
    "    \"gc_collected\": 1290,\n"
    "    \"gc_pause_total_ns\": 6600000,\n"
    "    \"gc_pause_max_ns\": 6100000,\n"
    "    \"gc_longest_ns\": 6400000,\n"
    "    \"gc_longest_0_ns\": 140000,\n"
    "    \"gc_longest_1_ns\": 240000,\n"
    "    \"gc_longest_2_ns\": 6400000,\n"
    "    \"gc_pause_p50_ns\": 100000,\n"
    "    \"gc_pause_p90_ns\": 6100000,\n"
    "    \"gc_pause_p99_ns\": 6100000,\n"
    "    \"gc_peak_tracked\": 42000,\n"
    "    \"gc_peak_garbage\": 1190,\n"
    "    \"gc_uncertain\": 0,\n"
    "    \"gc_peak_garbage_bytes\": 240000\n"
    "  },\n"
    "  \"health\": [\n"
    "    {\"severity\": \"info\", \"what\": \"raw blocks freed that were allocated befo"
    "re the hooks or past them\", \"count\": 37},\n"
    "    {\"severity\": \"loss\", \"what\": \"more than one interpreter allocated\", \""
    "count\": 1}\n"
    "  ]\n"
    "}\n";

static const char metrics_csv[] =
    "metric,value,unit\n"
    "events,1234567,count\n"
    "run_ns,2345678901,ns\n"
    "rss_peak_bytes,42991616,bytes\n"
    "recorded_gc_ns,6530000,ns\n"
    "recorded_gc_max_ns,6000000,ns\n"
    "garbage_bytes,8448,bytes\n"
    "died_in_0,900,count\n"
    "died_in_1,90,count\n"
    "died_in_2,10,count\n"
    "allocs,650000,count\n"
    "frees,580000,count\n"
    "reallocs,4567,count\n"
    "reallocs_in_place,1200,count\n"
    "small_allocs,640000,count\n"
    "limit_allocs,0,count\n"
    "arenas_allocated,24,count\n"
    "arenas_reclaimed,4,count\n"
    "arenas_highwater,22,count\n"
    "arenas_current,20,count\n"
    "arena_bytes,20971520,bytes\n"
    "arena_peak_bytes,23068672,bytes\n"
    "used_blocks,60000,count\n"
    "used_bytes,12582912,bytes\n"
    "avail_bytes,5242880,bytes\n"
    "unused_pool_bytes,2097152,bytes\n"
    "header_bytes,61440,bytes\n"
    "quantization_bytes,200000,bytes\n"
    "alignment_bytes,787136,bytes\n"
    "used_peak_bytes,19922944,bytes\n"
    "pools_used,1100,count\n"
    "raw_blocks,420,count\n"
    "raw_bytes,6543210,bytes\n"
    "raw_peak_bytes,9876543,bytes\n"
    "stack_peak_bytes,32768,bytes\n"
    "peak_bytes,32505856,bytes\n"
    "freelist_hits,0,count\n"
    "freelist_misses,0,count\n"
    "gc_collections_0,3,count\n"
    "gc_collections_1,1,count\n"
    "gc_collections_2,1,count\n"
    "gc_useless,2,count\n"
    "gc_visited,43200,count\n"
    "gc_collected,1290,count\n"
    "gc_pause_total_ns,6600000,ns\n"
    "gc_pause_max_ns,6100000,ns\n"
    "gc_longest_ns,6400000,ns\n"
    "gc_longest_0_ns,140000,ns\n"
    "gc_longest_1_ns,240000,ns\n"
    "gc_longest_2_ns,6400000,ns\n"
    "gc_pause_p50_ns,100000,ns\n"
    "gc_pause_p90_ns,6100000,ns\n"
    "gc_pause_p99_ns,6100000,ns\n"
    "gc_peak_tracked,42000,count\n"
    "gc_peak_garbage,1190,count\n"
    "gc_uncertain,0,count\n"
    "gc_peak_garbage_bytes,240000,bytes\n";

static const char timeline_csv[] =
    "event,recorded_clock_ns,recorded_rss_bytes,arenas,arena_bytes,pools_used,used_blocks"
    ",used_bytes,avail_bytes,unused_pool_bytes,raw_blocks,raw_bytes,stack_bytes\n"
    "100000,250000000,12582912,4,4194304,200,9000,3145728,400000,300000,90,800000,0\n"
    "600000,1100000000,31457280,22,23068672,1300,80000,19922944,900000,100000,500,9000000"
    ",32768\n"
    "1234567,2345678901,42991616,20,20971520,1100,60000,12582912,5242880,2097152,420,6543"
    "210,16384\n";

static const char classes_csv[] =
    "class,size,pools,used,avail\n"
    "0,16,3,2500,563\n"
    "1,32,40,19000,1440\n"
    "2,48,130,44000,330\n";

static const char collections_text[] =
    "      event     clock  generation  asked for  foretold  visited  collected  blocks f"
    "reed  modelled pause  recorded pause  recorded collected  uncollectable\n"
    "     90,000  200.0 ms           0  no                0      701         40          "
    " 120         90.0 us        100.0 us                  40              0\n"
    "    120,000  260.0 ms           0  no                0      701          0          "
    "   0         80.0 us         80.0 us                   0              0\n"
    "    130,000         -           0  no                0      702         60          "
    " 180        100.0 us               -                  60              0\n"
    "    600,000     1.1 s           1  no                1    2,096          0          "
    "   0        230.0 us        350.0 us                   0              0\n"
    "  1,200,000     2.2 s           2  yes               -   39,000      1,190         3"
    ",570          6.1 ms          6.0 ms               1,190              1\n"
    "cost model: 38.1 ns per object visited + 55 ns per block freed of a small set + 4.2 us,\n"
    "            visits times 0.75 to 1.5 by generation and number; four in five of 4 reco"
    "rded pauses took 0.812 to 1.25 of that\n";

static const char collections_csv[] =
    "event,recorded_clock_ns,generation,asked_for,chosen,visited,collected,freed_blocks,p"
    "ause_ns,recorded_pause_ns,recorded_collected,recorded_uncollectable,"
    "uncollectable,references,at_exit\n"
    "90000,200000000,0,false,0,701,40,120,90000,100000,40,0,0,,false\n"
    "120000,260000000,0,false,0,701,0,0,80000,80000,0,0,0,,false\n"
    "130000,,0,false,0,702,60,180,100000,,60,0,0,,false\n"
    "600000,1100000000,1,false,1,2096,0,0,230000,350000,0,0,0,,false\n"
    "1200000,2200000000,2,true,,39000,1190,3570,6100000,6000000,1190,1,0,,false\n";

static const char types_text[] =
    "  type             garbage  its bytes  in gen 0  in gen 1  in gen 2  survivors  th"
    "eir bytes  free, but pinned\n"
    "  Node\\x09\\x1b[1m      100    8.0 KiB        60        39         1         12  "
    "      768 B           2.0 KiB\n"
    "  (not told)             0      256 B         0         0         0          0    "
    "      0 B               0 B\n";

static const char types_json[] =
    "{\n"
    "  \"types\": [\n"
    "    {\"type\": \"Node\\u0009\\u001b[1m\", \"garbage_objects\": 100, \"garbage_look"
    "ed\": 50, \"garbage_bytes\": 8192, \"garbage_in_0\": 60, \"garbage_in_1\": 39, \"garbage_in_2\": 1, \"surv"
    "ivors\": 12, \"survivor_bytes\": 768, \"pinned_bytes\": 2049},\n"
    "    {\"type\": null, \"garbage_objects\": 0, \"garbage_looked\": 0, \"garbage_bytes\": 25"
    "6, \"garbage_in_0\": 0, \"garbage_in_1\": 0, \"garbage_in_2\": 0, \"survivors\": 0, \"survivor_byt"
    "es\": 0, \"pinned_bytes\": 0}\n"
    "  ],\n"
    "  \"garbage_references\": [\n"
    "    {\"from\": \"Node\\u0009\\u001b[1m\", \"to\": \"list\", \"references\": 1250},\n"
    "    {\"from\": \"list\", \"to\": \"Node\\u0009\\u001b[1m\", \"references\": 100},\n"
    "    {\"from\": null, \"to\": null, \"references\": 100}\n"
    "  ]\n"
    "}\n";

static const char types_csv[] =
    "type,garbage_objects,garbage_looked,garbage_bytes,garbage_in_0,garbage_in_1,garbag"
    "e_in_2,survivors,survivor_bytes,pinned_bytes\n"
    "Node\\x09\\x1b[1m,100,50,8192,60,39,1,12,768,2049\n"
    ",0,0,256,0,0,0,0,0,0\n";

static const char diff_text[] =
    "A  app.pmt: cpython-3.11 (as recorded)\n"
    "B  app.pmt: cpython-3.11 arena=4M\n"
    "  peak 31.0 -> 33.0 MiB (+6.5 %), collections 5 -> 4, in pauses 6.6 -> 6.5 ms, lon"
    "gest 6.4 ms (equal)\n"
    "\n"
    "  metric                    A         B    change\n"
    "Arenas\n"
    "  arenas_allocated         24         7       -17   -70.8 %  better\n"
    "  arenas_reclaimed          4         1        -3   -75.0 %\n"
    "  arenas_highwater         22         6       -16   -72.7 %  better\n"
    "  arenas_current           20         6       -14   -70.0 %  better\n"
    "  arena_bytes        20.0 MiB  24.0 MiB  +4.0 MiB   +20.0 %  worse\n"
    "  arena_peak_bytes   22.0 MiB  24.0 MiB  +2.0 MiB    +9.1 %  worse\n"
    "Pools, at the end unless a peak\n"
    "  unused_pool_bytes   2.0 MiB   6.0 MiB  +4.0 MiB  +200.0 %  worse\n"
    "Together\n"
    "  peak_bytes         31.0 MiB  33.0 MiB  +2.0 MiB    +6.5 %  worse\n"
    "Collector\n"
    "  gc_collections_0          3         2        -1   -33.3 %  better\n"
    "  gc_useless                2         1        -1   -50.0 %  better\n"
    "  gc_visited           43,200    42,499      -701    -1.6 %  better\n"
    "  gc_pause_total_ns    6.6 ms    6.5 ms  -80.0 us    -1.2 %  better\n"
    "Cost model: 38.1 ns per object visited + 55 ns per block freed of a small set + 4.2 us,\n"
    "            visits times 0.75 to 1.5 by generation and number; four in five of 4 r"
    "ecorded pauses took 0.812 to 1.25 of that\n"
    "loss, A B: more than one interpreter allocated\n"
    "44 of 56 metrics are equal.\n";

static const char diff_csv[] =
    "metric,unit,a,b,delta,percent,verdict\n"
    "arenas_allocated,count,24,7,-17,-70.8333,better\n"
    "arenas_reclaimed,count,4,1,-3,-75.0000,changed\n"
    "arenas_highwater,count,22,6,-16,-72.7273,better\n"
    "arenas_current,count,20,6,-14,-70.0000,better\n"
    "arena_bytes,bytes,20971520,25165824,4194304,20.0000,worse\n"
    "arena_peak_bytes,bytes,23068672,25165824,2097152,9.0909,worse\n"
    "unused_pool_bytes,bytes,2097152,6291456,4194304,200.0000,worse\n"
    "peak_bytes,bytes,32505856,34603008,2097152,6.4516,worse\n"
    "gc_collections_0,count,3,2,-1,-33.3333,better\n"
    "gc_useless,count,2,1,-1,-50.0000,better\n"
    "gc_visited,count,43200,42499,-701,-1.6227,better\n"
    "gc_pause_total_ns,ns,6600000,6520000,-80000,-1.2121,better\n";

static const char diff_json[] =
    "{\n"
    "  \"a\": {\n"
    "    \"label\": \"app.pmt: cpython-3.11 (as recorded)\",\n"
    "    \"path\": \"app.pmt\",\n"
    "    \"partial\": false,\n"
    "    \"config\": {\n"
    "      \"preset\": \"cpython-3.11\",\n"
    "      \"spec\": \"cpython-3.11\",\n"
    "      \"recorded\": true,\n"
    "      \"gc\": {\"threshold\": [700, 10, 10], \"enabled\": true},\n"
    "      \"arena\": 1048576,\n"
    "      \"pool\": 16384,\n"
    "      \"align\": 16,\n"
    "      \"small\": 512,\n"
    "      \"arena_limit\": 0,\n"
    "      \"pool_header\": 48,\n"
    "      \"arena_base\": \"recorded\",\n"
    "      \"keep_empty_arena\": true,\n"
    "      \"mem_is_raw\": false\n"
    "    },\n"
    "    \"gc_cost\": {\"n_pauses\": 4, \"fixed_ns\": 4200.5, \"visited_ns\": 38.125, \"f"
    "reed_ns\": 55, \"ratio\": [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0.75, "
    "0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0,"
    " 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1.5]], \"spread_low\": 0.8125, \"spread_high\": 1.25,"
    " \"is_usual\": false},\n"
    "    \"health\": [\n"
    "      {\"severity\": \"info\", \"what\": \"raw blocks freed that were allocated befo"
    "re the hooks or past them\", \"count\": 37},\n"
    "      {\"severity\": \"loss\", \"what\": \"more than one interpreter allocated\", \""
    "count\": 1}\n"
    "    ]\n"
    "  },\n"
    "  \"b\": {\n"
    "    \"label\": \"app.pmt: cpython-3.11 arena=4M\",\n"
    "    \"path\": \"app.pmt\",\n"
    "    \"partial\": false,\n"
    "    \"config\": {\n"
    "      \"preset\": \"cpython-3.11\",\n"
    "      \"spec\": \"cpython-3.11 arena=4M\",\n"
    "      \"recorded\": false,\n"
    "      \"gc\": {\"threshold\": [1000, 10, 10], \"enabled\": true},\n"
    "      \"arena\": 4194304,\n"
    "      \"pool\": 16384,\n"
    "      \"align\": 16,\n"
    "      \"small\": 512,\n"
    "      \"arena_limit\": 0,\n"
    "      \"pool_header\": 48,\n"
    "      \"arena_base\": \"recorded\",\n"
    "      \"keep_empty_arena\": true,\n"
    "      \"mem_is_raw\": false\n"
    "    },\n"
    "    \"gc_cost\": {\"n_pauses\": 4, \"fixed_ns\": 4200.5, \"visited_ns\": 38.125, \"f"
    "reed_ns\": 55, \"ratio\": [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0.75, "
    "0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0,"
    " 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1.5]], \"spread_low\": 0.8125, \"spread_high\": 1.25,"
    " \"is_usual\": false},\n"
    "    \"health\": [\n"
    "      {\"severity\": \"info\", \"what\": \"raw blocks freed that were allocated befo"
    "re the hooks or past them\", \"count\": 37},\n"
    "      {\"severity\": \"loss\", \"what\": \"more than one interpreter allocated\", \""
    "count\": 1}\n"
    "    ]\n"
    "  },\n"
    "  \"metrics\": [\n"
    "    {\"name\": \"arenas_allocated\", \"unit\": \"count\", \"a\": 24, \"b\": 7, \"del"
    "ta\": -17, \"percent\": -70.8333, \"verdict\": \"better\"},\n"
    "    {\"name\": \"arenas_reclaimed\", \"unit\": \"count\", \"a\": 4, \"b\": 1, \"delt"
    "a\": -3, \"percent\": -75.0000, \"verdict\": \"changed\"},\n"
    "    {\"name\": \"arenas_highwater\", \"unit\": \"count\", \"a\": 22, \"b\": 6, \"del"
    "ta\": -16, \"percent\": -72.7273, \"verdict\": \"better\"},\n"
    "    {\"name\": \"arenas_current\", \"unit\": \"count\", \"a\": 20, \"b\": 6, \"delta"
    "\": -14, \"percent\": -70.0000, \"verdict\": \"better\"},\n"
    "    {\"name\": \"arena_bytes\", \"unit\": \"bytes\", \"a\": 20971520, \"b\": 2516582"
    "4, \"delta\": 4194304, \"percent\": 20.0000, \"verdict\": \"worse\"},\n"
    "    {\"name\": \"arena_peak_bytes\", \"unit\": \"bytes\", \"a\": 23068672, \"b\": 25"
    "165824, \"delta\": 2097152, \"percent\": 9.0909, \"verdict\": \"worse\"},\n"
    "    {\"name\": \"unused_pool_bytes\", \"unit\": \"bytes\", \"a\": 2097152, \"b\": 62"
    "91456, \"delta\": 4194304, \"percent\": 200.0000, \"verdict\": \"worse\"},\n"
    "    {\"name\": \"peak_bytes\", \"unit\": \"bytes\", \"a\": 32505856, \"b\": 34603008"
    ", \"delta\": 2097152, \"percent\": 6.4516, \"verdict\": \"worse\"},\n"
    "    {\"name\": \"gc_collections_0\", \"unit\": \"count\", \"a\": 3, \"b\": 2, \"delt"
    "a\": -1, \"percent\": -33.3333, \"verdict\": \"better\"},\n"
    "    {\"name\": \"gc_useless\", \"unit\": \"count\", \"a\": 2, \"b\": 1, \"delta\": -"
    "1, \"percent\": -50.0000, \"verdict\": \"better\"},\n"
    "    {\"name\": \"gc_visited\", \"unit\": \"count\", \"a\": 43200, \"b\": 42499, \"de"
    "lta\": -701, \"percent\": -1.6227, \"verdict\": \"better\"},\n"
    "    {\"name\": \"gc_pause_total_ns\", \"unit\": \"ns\", \"a\": 6600000, \"b\": 65200"
    "00, \"delta\": -80000, \"percent\": -1.2121, \"verdict\": \"better\"}\n"
    "  ]\n"
    "}\n";

/* The third side is the first again. */
static const char many_text[] =
    "A  app.pmt: cpython-3.11 (as recorded)\n"
    "B  app.pmt: cpython-3.11 arena=4M\n"
    "C  app.pmt: cpython-3.11 (as recorded)\n"
    "  B  peak 31.0 -> 33.0 MiB (+6.5 %), collections 5 -> 4, in pauses 6.6 -> 6.5 ms"
    ", longest 6.4 ms (equal)\n"
    "  C  equal to A\n"
    "\n"
    "  metric                    A         B    change                 C  change\n"
    "Arenas\n"
    "  arenas_allocated         24         7   -70.8 %  better        24\n"
    "  arenas_reclaimed          4         1   -75.0 %                 4\n"
    "  arenas_highwater         22         6   -72.7 %  better        22\n"
    "  arenas_current           20         6   -70.0 %  better        20\n"
    "  arena_bytes        20.0 MiB  24.0 MiB   +20.0 %  worse   20.0 MiB\n"
    "  arena_peak_bytes   22.0 MiB  24.0 MiB    +9.1 %  worse   22.0 MiB\n"
    "Pools, at the end unless a peak\n"
    "  unused_pool_bytes   2.0 MiB   6.0 MiB  +200.0 %  worse    2.0 MiB\n"
    "Together\n"
    "  peak_bytes         31.0 MiB  33.0 MiB    +6.5 %  worse   31.0 MiB\n"
    "Collector\n"
    "  gc_collections_0          3         2   -33.3 %  better         3\n"
    "  gc_useless                2         1   -50.0 %  better         2\n"
    "  gc_visited           43,200    42,499    -1.6 %  better    43,200\n"
    "  gc_pause_total_ns    6.6 ms    6.5 ms    -1.2 %  better    6.6 ms\n"
    "Cost model: 38.1 ns per object visited + 55 ns per block freed of a small set + 4.2 us,\n"
    "            visits times 0.75 to 1.5 by generation and number; four in five of 4"
    " recorded pauses took 0.812 to 1.25 of that\n"
    "loss, A B C: more than one interpreter allocated\n"
    "44 of 56 metrics are equal.\n";

static const char many_csv[] =
    "metric,unit,a,b,b_delta,b_percent,b_verdict,c,c_delta,c_percent,c_verdict\n"
    "arenas_allocated,count,24,7,-17,-70.8333,better,24,0,0.0000,same\n"
    "arenas_reclaimed,count,4,1,-3,-75.0000,changed,4,0,0.0000,same\n"
    "arenas_highwater,count,22,6,-16,-72.7273,better,22,0,0.0000,same\n"
    "arenas_current,count,20,6,-14,-70.0000,better,20,0,0.0000,same\n"
    "arena_bytes,bytes,20971520,25165824,4194304,20.0000,worse,20971520,0,0.0000,same\n"
    "arena_peak_bytes,bytes,23068672,25165824,2097152,9.0909,worse,23068672,0,0.0000,"
    "same\n"
    "unused_pool_bytes,bytes,2097152,6291456,4194304,200.0000,worse,2097152,0,0.0000,"
    "same\n"
    "peak_bytes,bytes,32505856,34603008,2097152,6.4516,worse,32505856,0,0.0000,same\n"
    "gc_collections_0,count,3,2,-1,-33.3333,better,3,0,0.0000,same\n"
    "gc_useless,count,2,1,-1,-50.0000,better,2,0,0.0000,same\n"
    "gc_visited,count,43200,42499,-701,-1.6227,better,43200,0,0.0000,same\n"
    "gc_pause_total_ns,ns,6600000,6520000,-80000,-1.2121,better,6600000,0,0.0000,same\n";

static const struct {
    const char *name;
    const char *want[2]; /* one after the other: C promises 4095 characters of each */
    unsigned n_sides; /* 1: a summary */
    struct pmt_report_options options;
} cases[] = {
    {"summary, text, full", {summary_full_text, summary_full_text_rest}, 1, {.full = true}},
    {"summary, JSON", {summary_json, summary_json_rest}, 1,
     {.format = PMT_FORMAT_JSON}},
    {"metrics, CSV", {metrics_csv, ""}, 1, {.format = PMT_FORMAT_CSV}},
    {"timeline, CSV", {timeline_csv, ""}, 1,
     {.format = PMT_FORMAT_CSV, .part = PMT_PART_TIMELINE}},
    {"classes, CSV", {classes_csv, ""}, 1,
     {.format = PMT_FORMAT_CSV, .part = PMT_PART_CLASSES}},
    {"collections, text", {collections_text, ""}, 1, {.part = PMT_PART_COLLECTIONS}},
    {"collections, CSV", {collections_csv, ""}, 1,
     {.format = PMT_FORMAT_CSV, .part = PMT_PART_COLLECTIONS}},
    {"types, text", {types_text, ""}, 1, {.part = PMT_PART_TYPES}},
    {"types, JSON", {types_json, ""}, 1,
     {.format = PMT_FORMAT_JSON, .part = PMT_PART_TYPES}},
    {"types, CSV", {types_csv, ""}, 1, {.format = PMT_FORMAT_CSV, .part = PMT_PART_TYPES}},
    {"diff, text", {diff_text, ""}, 2, {.full = false}},
    {"diff, CSV", {diff_csv, ""}, 2, {.format = PMT_FORMAT_CSV, .only_changed = true}},
    {"diff, JSON", {diff_json, ""}, 2, {.format = PMT_FORMAT_JSON, .only_changed = true}},
    {"diff of three, text", {many_text, ""}, 3, {.full = false}},
    {"diff of three, CSV", {many_csv, ""}, 3,
     {.format = PMT_FORMAT_CSV, .only_changed = true}},
};

/* With PMT_GOLDEN in the environment: the new text as this file wants it. */
static void print_as_c(const char *text)
{
    bool begun = false;

    for (; *text && getenv("PMT_GOLDEN"); text++) {
        if (!begun)
            (void)printf("    \"");
        begun = *text != '\n';
        if (*text == '"' || *text == '\\')
            (void)putchar('\\');
        if (begun)
            (void)putchar(*text);
        else
            (void)printf("\\n\"\n");
    }
}

/* The first line that is another, for the eye. */
static void show_difference(const char *name, const char *actual, const char *want)
{
    size_t i = 0, line = 1, from = 0;

    for (; actual[i] && actual[i] == want[i]; i++)
        if (actual[i] == '\n') {
            from = i + 1;
            line++;
        }
    (void)printf("    %s, line %zu\n    is   \"%.*s\"\n    want \"%.*s\"\n", name, line,
                 (int)strcspn(actual + from, "\n"), actual + from,
                 (int)strcspn(want + from, "\n"), want + from);
    print_as_c(actual);
}

static char *report(size_t i, const struct pmt_result *a, const struct pmt_result *b)
{
    char *text = NULL;
    size_t n;
    struct pmt_error err;
    const struct pmt_result *sides[] = {a, b, a};
    FILE *out = open_memstream(&text, &n);

    if (cases[i].n_sides > 1)
        EXPECT_STATUS(pmt_report_diff(out, sides, cases[i].n_sides, &cases[i].options, NULL,
                                      &err), PMT_OK, &err);
    else
        EXPECT_STATUS(pmt_report_summary(out, a, &cases[i].options, &err), PMT_OK, &err);
    (void)fclose(out);
    return text;
}

/* The whole text of a case; free() it. */
static char *wanted(size_t i)
{
    const char *const *want = cases[i].want;
    char *text = malloc(strlen(want[0]) + strlen(want[1]) + 1);

    if (!text)
        abort();
    return strcat(strcpy(text, want[0]), want[1]);
}

static void test_report_golden_texts(void)
{
    struct pmt_result a, b;

    sample_result(&a);
    sample_result_what_if(&b);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = report(i, &a, &b), *want = wanted(i);

        if (!EXPECT(!strcmp(text, want)))
            show_difference(cases[i].name, text, want);
        free(text);
        free(want);
    }
    pmt_result_release(&a);
    pmt_result_release(&b);
}

/* What the other verdicts look like. */
static void test_report_says_how_far_it_may_be_trusted(void)
{
    static const struct {
        struct pmt_verify verify;
        const char *want;
    } verdicts[] = {
        {{.checked = false}, "Prediction: the program ran under another configuration\n"},
        {{.checked = true, .books_balance = true, .first_mismatch_event = PMT_NOWHERE},
         "Verified: nothing to compare with: 0 placements, 0 pool-table figures, 0 totals, "
         "0 collections foretold, 0 mismatches\n"},
        {{.checked = true, .books_balance = true, .placements_checked = 9000,
          .placement_mismatches = 256, .class_mismatches = 2, .first_mismatch_event = 1234},
         "Verified: NOT EXACT: 9,000 placements, 0 pool-table figures, 0 totals, "
         "0 collections foretold, 258 mismatches, the first near event 1,234\n"},
        {{.checked = true, .first_mismatch_event = PMT_NOWHERE},
         "Verified: NOT EXACT: 0 placements, 0 pool-table figures, 0 totals, "
         "0 collections foretold, 0 mismatches, "
         "the bytes of the arenas do not add up\n"},
    };
    struct pmt_result r;

    sample_result(&r);
    r.partial = pmt_strdup("cut in chunk 12");
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        char *text;

        r.verify = verdicts[i].verify;
        text = report(0, &r, NULL);
        EXPECT_HAS(text, verdicts[i].want);
        EXPECT_HAS(text, "\nThe trace is partial: cut in chunk 12\n");
        free(text);
    }
    pmt_result_release(&r);
}

static char *diff_of(const struct pmt_result *a, const struct pmt_result *b)
{
    const struct pmt_result *sides[] = {a, b};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    EXPECT_STATUS(pmt_report_diff(out, sides, 2, NULL, NULL, NULL), PMT_OK, NULL);
    (void)fclose(out);
    return text;
}

/* Better and worse are for what matters; the line on top has what is known. */
static void test_report_judges_what_matters(void)
{
    struct pmt_result a, b;
    char *text;

    sample_result(&a);
    sample_result(&b);
    a.metrics.used_peak_bytes = b.metrics.used_peak_bytes = 1000000;
    b.metrics.used_peak_bytes -= 999;
    b.metrics.small_allocs += b.metrics.small_allocs / 2;
    text = diff_of(&a, &b);
    EXPECT_HAS(text, "\n  peak 31.0 MiB (equal), collections 5 (equal), in pauses ");
    EXPECT(!strstr(text, "better") && !strstr(text, "worse"));
    free(text);
    b.metrics.used_peak_bytes--;
    b.gc_cost.n_pauses = 0;
    text = diff_of(&a, &b);
    EXPECT_HAS(text, "better\n");
    EXPECT_HAS(text, "\n  peak 31.0 MiB (equal), collections 5 (equal)\n");
    free(text);
    b.gc_cost = a.gc_cost;
    b.gc_cost.fixed_ns += 1;
    b.metrics.gc_pause_max_ns += 5;
    text = diff_of(&a, &b);
    EXPECT_HAS(text, "\nA  cost model: ");
    EXPECT_HAS(text, "\nB  cost model: ");
    free(text);
    pmt_result_release(&a);
    pmt_result_release(&b);
}

/* Colour is asked for, or there is none. */
static void test_report_colours_only_when_asked(void)
{
    struct pmt_report_options o = {.color = true};
    struct pmt_result a, b;
    const struct pmt_result *sides[] = {&a, &b};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    sample_result(&a);
    sample_result_what_if(&b);
    EXPECT_STATUS(pmt_report_diff(out, sides, 2, &o, NULL, NULL), PMT_OK, NULL);
    (void)fclose(out);
    EXPECT_HAS(text, "\033[32mbetter\033[0m\n");
    EXPECT_HAS(text, "\033[31mworse\033[0m\n");
    EXPECT(!strstr(diff_text, "\033"));
    free(text);
    pmt_result_release(&a);
    pmt_result_release(&b);
}

SUITE(report_golden, TEST(test_report_golden_texts), TEST(test_report_judges_what_matters),
      TEST(test_report_says_how_far_it_may_be_trusted),
      TEST(test_report_colours_only_when_asked))
