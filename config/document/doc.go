// Package document reads YAML and JSON into one tree whose every node knows the line and column it was written at.
//
// It is for configuration that people write: both formats give the same tree, duplicate keys and unknown anchors
// are errors with a place and a fix, and everything wrong in a file is reported, not only the first thing. Size,
// depth and the weight of a document after its aliases are expanded are bounded, so that no input, however
// malicious, costs more than its limits.
//
// YAML is read by github.com/goccy/go-yaml, which places every token and its own syntax errors; it is guarded against
// what it takes quadratic time for. Its tokens cost about 9 KB of short-lived memory for a tag of a device, so a plant of
// 100,000 tags in one file of 8 MB passes through about 1 GB; divided over the files of a directory only the largest
// file counts. JSON, which the node keeps its generations in, takes a fraction, and of its lists of resources no more than
// one element at a time: the others are text until they are asked for.
//
// It knows nothing of what the keys mean (package spec does), and it is not a general YAML library: one document a
// file, plain scalar keys, no tags.
package document
