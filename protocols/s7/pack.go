package s7

import "github.com/holdfast-edge/holdfast/protocols/s7/pdu"

// piece is what one item reads of a span: all of it, unless it is longer than an answer.
type piece struct {
	span          int // of the scan's
	first, octets int
}

// cut appends the pieces of a span, each of at most so many octets, which is even.
func cut(dst []piece, index int, s span, octets int) []piece {
	for first := s.first; first < s.end; first += octets {
		dst = append(dst, piece{span: index, first: first, octets: min(octets, s.end-first)})
	}
	return dst
}

// job is the pieces that are read at once.
type job []piece

// pack puts pieces into as few jobs as the first with room for each makes of them.
func pack(pieces []piece, size int) []job {
	var jobs []job
	var rooms []pdu.Room
	for _, p := range pieces {
		at := 0
		for at < len(jobs) && !rooms[at].Take(p.octets) {
			at++
		}
		if at == len(jobs) {
			room := pdu.RoomToRead(size)
			room.Take(p.octets) // a piece is no longer than an answer
			jobs, rooms = append(jobs, nil), append(rooms, room)
		}
		jobs[at] = append(jobs[at], p)
	}
	return jobs
}
