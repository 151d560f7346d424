// Package spec makes a Go struct, by its field tags, the one description of a part of the configuration: from it come
// strict decoding with the line and column of every error, defaults, checks, reference pages, JSON Schema, and the
// forms of the console.
//
// A field is described by these tags:
//
//	yaml:"scan"            the key; a field without it is not part of the configuration
//	doc:"how often …"      one or more sentences for people; every key has it
//	required:"true"        the key must be given
//	default:"1s"           the value where the key is not given, as one would write it
//	example:"100ms"        for the reference, the form and the schema
//	min:"1" max:"247"      bounds: of a number, duration or size its value, of a list its length
//	enum:"r,w,rw"          the only values
//	match:"name"           the rule a text obeys, see Matches
//	unit:"ms"              what a bare number counts
//	advanced:"true"        few people need it: shown last, folded away in forms
//	scalar:"true"          the struct may be written as this one value: to: line for to: {sink: line}
//	single:"true"          the list may be written as one element without the dash
//	chooses:"driver"       the value names a component; its options are decoded below
//	options:"driver/tag"   of an any field without yaml: the chosen driver's struct for part "tag", a pointer; its
//	                       keys stand in the same mapping
//	query:"endpoint"       of an options field: its keys stand in the query of the URL under this key instead
//
// A field may be a bool, an integer, a float, a string, a time.Duration, any type that reads and writes itself as text
// (encoding.TextUnmarshaler and TextMarshaler; Described tells more of it), a struct of such fields, a slice or a
// map[string] of them, or a pointer, which is nil where the key is not given.
//
// The keys of an embedded struct stand in the mapping of the struct that embeds it; so components share keys.
//
// Where the chosen component declares a key that the struct has too, the component's declaration is the one that is
// checked and documented, and both fields receive the value.
//
// This package does no input or output, and knows no device, rule or sink: package config does.
package spec
