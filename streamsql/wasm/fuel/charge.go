package fuel

import "math"

// What is counted.
const (
	growWeight  = 1000  // of memory.grow and table.grow: the host makes the room
	memoryShift = 4     // a bulk instruction moves so many octets, as a power of 2, for the weight of one instruction
	depth       = 1_500 // of calls, in frames of the smallest kind; below the 2,000 at which wazero's interpreter gives up
)

// tooDeep is set in the fuel where calls are nested too deep. What is left stays
// readable below it.
const tooDeep = math.MinInt64

// weight returns what an instruction costs.
func (i instruction) weight() int64 {
	switch i.kind {
	case nothing, enter, join:
		return 0
	case grow:
		return growWeight
	default:
		return 1
	}
}

// Left is what the global tells after a call.
type Left int64

// Used returns how much of what there was before has been used, all of it where
// it was not enough.
func (l Left) Used(before int64) int64 {
	if l.TooDeep() {
		l &^= tooDeep
	}
	return before - max(int64(l), 0)
}

// Exhausted reports whether the fuel did not suffice.
func (l Left) Exhausted() bool { return l < 0 && !l.TooDeep() }

// TooDeep reports whether calls were nested too deep.
func (l Left) TooDeep() bool { return l < tooDeep/2 }

// frame returns what a call costs while it lasts: for its locals, and for what a
// compiler may keep of a long function besides.
func (f *function) frame() int64 {
	return 1 + (int64(f.locals)+int64(f.limit-f.start)/256)/16
}

// appendPoint appends the instructions of a point. None leaves or takes anything
// on the stack.
func (f *function) appendPoint(dst []byte, p point) []byte {
	switch p.does {
	case charge:
		if p.weight > 0 {
			dst = append(f.take(dst, p.weight), opGlobalSet)
			dst = leb(dst, f.fuel())
		}
		return dst
	case check:
		return f.look(f.take(dst, p.weight))
	case chargeMemory, chargeTable:
		return f.look(f.takeOperand(dst, p.does))
	case descend:
		return f.descend(dst, p.weight)
	default:
		dst = leb(append(dst, opGlobalGet), f.room())
		dst = sleb(append(dst, opI32Const), p.weight)
		return leb(append(dst, opI32Add, opGlobalSet), f.room())
	}
}

// take appends what leaves the fuel without a weight on the stack.
func (f *function) take(dst []byte, weight int64) []byte {
	dst = leb(append(dst, opGlobalGet), f.fuel())
	dst = sleb(append(dst, opI64Const), weight)
	return append(dst, opI64Sub)
}

// takeOperand is take for the operand on top of the stack, which stays there.
func (f *function) takeOperand(dst []byte, does act) []byte {
	dst = leb(append(dst, opLocalTee), uint64(f.locals)+1)
	dst = leb(append(dst, opGlobalGet), f.fuel())
	dst = leb(append(dst, opLocalGet), uint64(f.locals)+1)
	dst = append(dst, opI64ExtendU)
	if does == chargeMemory {
		dst = append(dst, opI64Const, memoryShift, opI64ShrU)
	}
	return append(dst, opI64Sub)
}

// look appends what sets the fuel to what is on the stack and ends the call
// where it is below zero.
func (f *function) look(dst []byte) []byte {
	dst = leb(append(dst, opLocalTee), uint64(f.locals))
	dst = leb(append(dst, opGlobalSet), f.fuel())
	dst = leb(append(dst, opLocalGet), uint64(f.locals))
	return append(dst, opI64Const, 0, opI64LtS, opIf, noResult, opUnreachable, opEnd)
}

// descend appends what takes a frame from the room for calls.
func (f *function) descend(dst []byte, weight int64) []byte {
	dst = leb(append(dst, opGlobalGet), f.room())
	dst = sleb(append(dst, opI32Const), weight)
	dst = leb(append(dst, opI32Sub, opLocalTee), uint64(f.locals)+1)
	dst = leb(append(dst, opGlobalSet), f.room())
	dst = leb(append(dst, opLocalGet), uint64(f.locals)+1)
	dst = append(dst, opI32Const, 0, opI32LtS, opIf, noResult)
	dst = leb(append(dst, opGlobalGet), f.fuel())
	dst = sleb(append(dst, opI64Const), tooDeep)
	dst = leb(append(dst, opI64Or, opGlobalSet), f.fuel())
	return append(dst, opUnreachable, opEnd)
}
