// Package enip is the driver for Rockwell Logix controllers over EtherNet/IP, with explicit messages: ControlLogix,
// CompactLogix, Micro800.
//
//	configuration ─Compile─▶ device ─▶ plan   the reads of one group, packed into packets
//	                            │     ─▶ point  one tag: address, type as the controller has it, scaling
//	endpoint ──────Dial────▶ session ─▶ link ─▶ encap, cip
//
// A plan packs the tags of its group, each a request of its own, into as few Multiple Service Packets as the connection
// carries. A tag that is refused spoils itself only. What a reply teaches is kept in the plan and its points: types, sizes,
// and that an element is one of an array of BOOL, which controllers keep 32 at a time.
//
// Package controller is a controller for tests. Not here: schedules, retries, demotion. Those are the actors', for all
// protocols alike.
package enip
