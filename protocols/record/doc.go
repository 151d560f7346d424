// Package record keeps what sessions exchange with their far ends, on demand, so that a fault of the field is looked at,
// and played again, at a desk.
//
//	session ──protocols.Tap──▶ Recorder ──WriteTo──▶ file ──Read──▶ Recording ──Player──▶ a device that does it again
//
// A Recorder belongs to an endpoint and outlives its sessions, whose deaths are often what one wants to see. It holds
// what it records in memory, bounded in bytes and in time. While it does not record, a frame costs it one atomic load.
//
// # The file
//
// Numbers are big-endian. A CRC is CRC-32C (Castagnoli) over all that stands before it in the header, or in its frame.
//
//	header   "HOLDFREC"  version uint16  length uint32  Header as JSON  CRC uint32
//	frame    length uint32  note uint8  time uint64 (ns since the header's start)  octets  CRC uint32
//	…
//	end      a frame with note 0, whose octets are the number of frames as uint32
//
// A note is one of protocols.Note, with 0x80 added where a secret was left out of the octets. Version 1 is the only one.
// A file without its end was cut off; what stands before the cut, or before damage, is read all the same.
//
// Not here: what the octets mean. That is for the drivers, which may be Players.
package record
