package fuel

// maxLocals bounds the parameters and locals of a function, as browsers do: the
// runtime makes room for them when the module is read.
const maxLocals = 50_000

// maxCode bounds the code with its meter: of code that does nothing but branch and
// call, the meter is many times as long as the code.
const maxCode = 128 << 20

// code reads the functions' bodies (§5.5.13) and returns them with the meter.
func (m *meter) code(r *reader) []byte {
	n := r.count(2)
	if n != len(m.functions) {
		r.failf(ErrMalformed, "%d bodies of %d functions", n, len(m.functions))
		return nil
	}
	out := make([]byte, 0, 2*(r.end()-r.at))
	out = leb(out, uint64(n))
	var f function
	for i := range n {
		body := r.sub(r.u32())
		f = function{meter: m, reader: body, params: m.params[m.functions[i]], body: f.body[:0], points: f.points[:0]}
		f.read()
		if r.err == nil {
			r.err = body.err
		}
		if r.err != nil {
			return nil
		}
		f.write()
		if out = append(leb(out, uint64(len(f.body))), f.body...); len(out) > maxCode {
			r.failf(ErrUnsupported, "code of more than %d octets with its meter", maxCode)
			return nil
		}
	}
	return out
}

// function is the body of a function on its way. It is read once, to learn what
// each stretch of it weighs, and then written with what is paid for it.
type function struct {
	*meter
	*reader
	params uint32
	locals uint32 // with the parameters
	groups int    // of locals, as they are declared

	declared, start int // where the locals stand, and the instructions
	points          []point
	body            []byte
}

// point is a place at which the meter does something.
type point struct {
	at     int
	does   act
	weight int64
}

type act byte

const (
	charge act = iota // take the weight of a stretch
	check             // and look at what is left
	chargeMemory
	chargeTable
	descend // before a call
	ascend  // behind it
)

// unreached is the stretch of code that is not paid for, since nothing gets there.
const unreached = -1

func (f *function) read() {
	f.readLocals()
	stretch := f.begin(check) // the point where this one is paid for
	for f.more() {
		at := f.at
		i := f.instruction()
		if stretch != unreached {
			f.points[stretch].weight += i.weight()
			f.around(i.kind, at)
		}
		switch i.kind {
		case enter:
			stretch = f.begin(check)
		case fork, join:
			stretch = f.begin(charge)
		case leave:
			stretch = unreached
		case global:
			f.isGlobal(f.reader, i.index)
		case local:
			f.isLocal(i.index)
		}
	}
}

// isLocal refuses an index that is not one of the function's own locals: it could
// be one of the meter's.
func (f *function) isLocal(index uint32) {
	if index >= f.locals {
		f.failf(ErrMalformed, "local %d of %d", index, f.locals)
	}
}

// begin makes the point where a stretch is paid for.
func (f *function) begin(does act) (stretch int) {
	f.points = append(f.points, point{at: f.at, does: does})
	return len(f.points) - 1
}

// readLocals reads the declarations of locals.
func (f *function) readLocals() {
	f.groups = f.count(2)
	f.declared = f.at
	total := uint64(f.params)
	for range f.groups {
		total += uint64(f.u32())
		f.valueType()
		if total > maxLocals {
			f.failf(ErrUnsupported, "a function of more than %d parameters and locals", maxLocals)
		}
		if f.err != nil {
			return
		}
	}
	f.locals, f.start = uint32(total), f.at
}

// around makes the points before and behind an instruction.
func (f *function) around(k kind, at int) {
	switch k {
	case call:
		weight := f.frame()
		f.points = append(f.points, point{at, descend, weight}, point{f.at, ascend, weight})
	case bulkMemory:
		f.points = append(f.points, point{at: at, does: chargeMemory})
	case bulkTable:
		f.points = append(f.points, point{at: at, does: chargeTable})
	}
}

// write writes the body: two locals more, and at each point what it does.
func (f *function) write() {
	f.body = leb(f.body, uint64(f.groups)+2)
	f.body = append(f.body, f.data[f.declared:f.start]...)
	f.body = append(f.body, 1, typeI64, 1, typeI32)
	at := f.start
	for _, p := range f.points {
		f.body = append(f.body, f.data[at:p.at]...)
		f.body = f.appendPoint(f.body, p)
		at = p.at
	}
	f.body = append(f.body, f.data[at:f.limit]...)
}
