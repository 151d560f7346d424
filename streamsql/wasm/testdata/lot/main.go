// Command lot is a module of user functions in Go.
package main

import (
	"encoding/binary"
	"strings"
	"unsafe"
)

const manifest = `{"functions": [
	{"name": "lot", "doc": "What stands behind the last dash of a label.",
	 "params": [{"name": "label", "type": "text"}], "returns": "text"},
	{"name": "fahrenheit", "doc": "Degrees Celsius as Fahrenheit.",
	 "params": [{"name": "celsius", "type": "number"}], "returns": "float"}]}`

// arguments is where the host puts them.
var arguments []byte

//go:wasmexport holdfast_alloc
func alloc(size uint32) uint32 {
	arguments = make([]byte, size)
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(arguments))))
}

//go:wasmexport holdfast_functions
func functions() uint64 { return place([]byte(manifest)) }

//go:wasmexport fahrenheit
func fahrenheit(celsius float64) float64 { return celsius*1.8 + 32 }

//go:wasmexport lot
func lot(_, length uint32) uint64 {
	args := arguments[:length] // one text: the code 5, its length, its octets
	label := string(args[5:])
	_, number, found := cutLast(label, "-")
	if !found {
		panic("the label " + label + " has no dash")
	}
	return place(text(number))
}

func cutLast(s, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return s, "", false
}

// text encodes a text as a result.
func text(s string) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte{5}, uint32(len(s))), s...)
}

// result keeps what was returned last: the host reads it after the call.
var result []byte

// place tells where octets are: the address in the high half, the length in the low.
func place(b []byte) uint64 {
	result = b
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(b))))<<32 | uint64(len(b))
}

func main() {}
