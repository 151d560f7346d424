package wasm

import "github.com/tetratelabs/wazero/api"

// errno is the outcome of a function of the system.
type errno uint32

// Of WASI's errors, those that are told.
const (
	done         errno = 0
	badFile      errno = 8
	badArgument  errno = 28
	notAvailable errno = 52
)

// systemFunction is one of WASI's functions: its parameters, since the module may
// claim others, and what it does with them.
type systemFunction struct {
	params []api.ValueType
	does   func(s *system, module api.Module, args []uint64) errno
}

// systemFunctions are those that the runtimes of Go, TinyGo, Rust and C need to
// start, to allocate and to say what went wrong.
func systemFunctions() map[string]systemFunction {
	const i32, i64 = api.ValueTypeI32, api.ValueTypeI64
	two, four := []api.ValueType{i32, i32}, []api.ValueType{i32, i32, i32, i32}
	return map[string]systemFunction{
		"args_sizes_get":    {two, noEntries},
		"environ_sizes_get": {two, noEntries},
		"args_get":          {two, nothing},
		"environ_get":       {two, nothing},
		"sched_yield":       {nil, nothing},
		"fd_prestat_get":    {two, noFile},
		"clock_time_get":    {[]api.ValueType{i32, i64, i32}, readClock},
		"random_get":        {two, fillNotRandom},
		"fd_write":          {four, keepText},
		"poll_oneoff":       {four, passTime},
		"proc_exit":         {[]api.ValueType{i32}, exit},
	}
}

func nothing(*system, api.Module, []uint64) errno  { return done }
func notThere(*system, api.Module, []uint64) errno { return notAvailable }
func noFile(*system, api.Module, []uint64) errno   { return badFile }

// noEntries tells that there are neither arguments nor an environment.
func noEntries(_ *system, module api.Module, args []uint64) errno {
	return wrote(module.Memory().WriteUint32Le(uint32(args[0]), 0) && module.Memory().WriteUint32Le(uint32(args[1]), 0))
}

func wrote(ok bool) errno {
	if !ok {
		return badArgument
	}
	return done
}

// readClock tells a time that only goes on when it is looked at.
func readClock(s *system, module api.Module, args []uint64) errno {
	s.clock += tick
	return wrote(module.Memory().WriteUint64Le(uint32(args[2]), epoch+s.clock))
}

// fillNotRandom fills with octets that are always the same: with others, a call
// would not use the same fuel on every run.
func fillNotRandom(s *system, module api.Module, args []uint64) errno {
	const most = 64 << 10
	n := uint32(args[1])
	if n > most || !s.pay(module, int64(n)) {
		return badArgument
	}
	data, ok := module.Memory().Read(uint32(args[0]), n)
	for i := range data {
		data[i] = byte(uint32(i+1) * 0x9e3779b1 >> 24)
	}
	return wrote(ok)
}

// keepText keeps the end of what is written, whatever the file is: one piece in
// a call, as a write may do.
func keepText(s *system, module api.Module, args []uint64) errno {
	memory, pieces, written := module.Memory(), uint32(args[1]), uint32(0)
	if uint32(args[2]) > 0 {
		at, there := memory.ReadUint32Le(pieces)
		length, sized := memory.ReadUint32Le(pieces + 4)
		text, ok := memory.Read(at, length)
		if !there || !sized || !ok {
			return badArgument
		}
		text = text[max(0, len(text)-maxText):]
		s.text = append(s.text, text...)
		s.text = s.text[max(0, len(s.text)-maxText):]
		written = length
	}
	return wrote(memory.WriteUint32Le(uint32(args[3]), written))
}

// passTime is a wait: the clock goes on by what is waited for, and nobody waits.
func passTime(s *system, module api.Module, args []uint64) errno {
	const (
		kindAt, timeoutAt, flagsAt = 8, 24, 40 // in a subscription
		kindClock, absolute        = 0, 1
	)
	memory, subscription := module.Memory(), uint32(args[0])
	kind, ok := memory.ReadByte(subscription + kindAt)
	if ok && kind == kindClock {
		timeout, _ := memory.ReadUint64Le(subscription + timeoutAt)
		if flags, _ := memory.ReadByte(subscription + flagsAt); flags&absolute != 0 {
			timeout -= min(timeout, epoch+s.clock)
		}
		s.clock += timeout
	}
	return wrote(memory.WriteUint32Le(uint32(args[3]), 0))
}

// exit ends the module: it has no fuel any more.
func exit(s *system, module api.Module, args []uint64) errno {
	s.ended, s.code = true, uint32(args[0])
	if left, ok := module.ExportedGlobal(s.fuel).(api.MutableGlobal); ok {
		left.Set(^uint64(0))
	}
	return done
}
