package fuel

// kind is what an instruction is to the meter.
type kind byte

const (
	plain       kind = iota
	plainVector      // a vector instruction but v128.const
	nothing          // block, nop: is not there when the code runs
	enter            // loop: begins a stretch that is entered again
	fork             // if, br_if: what follows is not always reached
	join             // else, end: what follows is reached from elsewhere
	leave            // br, br_table, return, unreachable: what follows is not reached
	call             // call, call_indirect
	global           // global.get, global.set
	local            // local.get, local.set, local.tee
	bulkMemory       // takes as long as its last operand has octets
	bulkTable        // takes as long as its last operand has entries
	grow             // memory.grow, table.grow
)

// instruction is what the meter needs to know of one.
type instruction struct {
	kind  kind
	index uint32 // of the global or local
}

// instruction reads an instruction with its immediates (§5.4).
func (r *reader) instruction() instruction {
	start := r.at
	op := r.byte()
	switch op {
	case opBlock, opLoop, opIf:
		r.signed(5) // a type of values, or an index (§5.4.1)
	case opBrTable:
		for range r.count(1) {
			r.index()
		}
		r.index()
	case opGlobalGet, opGlobalSet:
		return instruction{kind: global, index: r.index()}
	case opLocalGet, opLocalSet, opLocalTee:
		return instruction{kind: local, index: r.index()}
	case opTypedSelect:
		if n := r.byte(); n != 1 {
			r.failf(ErrMalformed, "a select of %d types", n)
		}
		r.valueType()
	case opI32Const:
		r.signed(5)
	case opI64Const:
		r.signed(10)
	case opF32Const:
		r.skip(4)
	case opF64Const:
		r.skip(8)
	case opMisc:
		return r.misc(start)
	case opVector:
		return r.vector(start)
	default:
		r.immediates(op, start)
	}
	return instruction{kind: kindOf(op)}
}

// immediates reads those of the other instructions: indices or nothing.
func (r *reader) immediates(op byte, start int) {
	switch {
	case op == opCallIndirect: // type and table
		r.index()
		r.index()
	case opI32Load <= op && op <= opI64Store32: // alignment and offset
		r.u32()
		r.u32()
	case op == opBr, op == opBrIf, op == opCall, op == opRefFunc,
		op == opTableGet, op == opTableSet, op == opMemorySize, op == opMemoryGrow:
		r.index()
	case op == opRefNull:
		if t := r.byte(); t != typeFuncref && t != typeExternref {
			r.failf(ErrUnsupported, "a null reference of type %#x", t)
		}
	case op <= opNop, op == opElse, op == opEnd, op == opReturn, op == opDrop, op == opSelect,
		opI32Eqz <= op && op <= opI64Extend32S, op == opRefIsNull:
	default:
		r.at = start
		r.failf(ErrUnsupported, "opcode %#02x is not one of WebAssembly 2.0", op)
	}
}

func kindOf(op byte) kind {
	switch op {
	case opBlock, opNop:
		return nothing
	case opLoop:
		return enter
	case opIf, opBrIf:
		return fork
	case opElse, opEnd:
		return join
	case opUnreachable, opBr, opBrTable, opReturn:
		return leave
	case opCall, opCallIndirect:
		return call
	case opMemoryGrow:
		return grow
	default:
		return plain
	}
}

// misc reads an instruction behind the prefix 0xfc (§5.4.5, §5.4.6, §5.4.7).
func (r *reader) misc(start int) instruction {
	sub := r.u32()
	if sub > 17 {
		r.at = start
		r.failf(ErrUnsupported, "opcode 0xfc %#02x is not one of WebAssembly 2.0", sub)
		return instruction{}
	}
	switch sub {
	case 8, 10, 12, 14: // memory.init, memory.copy, table.init, table.copy
		r.index()
		r.index()
	case 9, 11, 13, 15, 16, 17: // data.drop, memory.fill, elem.drop, table.grow, table.size, table.fill
		r.index()
	}
	switch sub {
	case 8, 10, 11:
		return instruction{kind: bulkMemory}
	case 12, 14, 17:
		return instruction{kind: bulkTable}
	case 15:
		return instruction{kind: grow}
	default:
		return instruction{kind: plain}
	}
}

// vector reads an instruction behind the prefix 0xfd (§5.4.8). Its number is a
// LEB128, which for those from 0x80 on is the number and 0x01.
func (r *reader) vector(start int) instruction {
	sub := r.byte()
	if sub >= 0x80 && r.byte() != 0x01 || !isVector(sub) {
		r.at = start
		r.failf(ErrUnsupported, "opcode 0xfd %#02x is not one of WebAssembly 2.0", sub)
		return instruction{}
	}
	switch {
	case sub <= 0x0b, sub == 0x5c, sub == 0x5d: // loads and stores
		r.u32()
		r.u32()
	case 0x54 <= sub && sub <= 0x5b: // of a lane
		r.u32()
		r.u32()
		r.byte()
	case sub == 0x0c: // v128.const
		r.skip(16)
		return instruction{kind: plain}
	case sub == 0x0d: // i8x16.shuffle
		r.skip(16)
	case 0x15 <= sub && sub <= 0x22: // a lane
		r.byte()
	}
	return instruction{kind: plainVector}
}

// isVector reports whether a number behind 0xfd is taken.
func isVector(sub byte) bool {
	switch sub {
	case 0x9a, 0xa2, 0xa5, 0xa6, 0xaf, 0xb0, 0xb2, 0xb3, 0xb4, 0xbb, 0xc2, 0xc5, 0xc6, 0xcf, 0xd0, 0xd2, 0xd3, 0xd4, 0xe2, 0xee:
		return false
	default:
		return true
	}
}
