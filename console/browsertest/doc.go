// Package browsertest drives a headless Chromium for tests of the page: what a
// person would see and click, in the engine that they would use. It speaks the
// DevTools protocol over a pipe, so that it needs no port and no library.
//
// It is no general client of that protocol: one page, a few acts, and waiting
// on conditions.
package browsertest
