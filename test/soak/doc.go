// Command soak lives through a long outage in accelerated time: a plant of ten
// thousand tags at a second for six hours, a sink that is away all the while, a
// quota that cannot hold it, and then the drain. It measures its own memory and
// its own files, accounts for every record, and writes docs/benchmarks/outage.md.
package main
