// Package slave is a Modbus TCP server whose registers are read and written from Go: the other end for tests, demos and
// benchmarks, and the way to show tags to a PLC.
//
// The protocol side is github.com/simonvetter/modbus, so that nothing of the driver's own code is at both ends of the
// line. That library does not know mask write (function 22), and answers it with exception 1.
//
// A slave always behaves. What breaks a line is in package faultline; what moves is in package simulator.
package slave
