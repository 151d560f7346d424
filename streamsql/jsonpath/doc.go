// Package jsonpath finds values inside nested ones by a path such as
// $.rings[?(@.weight > 1)].name, as RFC 9535 has them, with two things that
// eKuiper's users write added: a string in either quotes, and a filter without
// the brackets around its expression.
//
//	path     = $ { segment }
//	segment  = .name | .* | ..name | ..* | ..[ … ] | [ selector , … ]
//	selector = 'name' | * | place | from:to:step | ? condition
//
// A condition compares paths from the element (@) or the root ($) with literals
// by == != < <= > >=, joins with && || !, and takes a path by itself as whether
// it finds anything.
//
// The package has no functions inside conditions (RFC 9535 §2.4).
package jsonpath
