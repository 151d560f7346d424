package fuel_test

import (
	"context"
	"syscall"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/holdfast-edge/holdfast/streamsql/wasm/fuel"
)

// BenchmarkWork compares what the meter costs with none, and with what the runtime
// itself has to end a call that does not end: a look at the context in each loop.
func BenchmarkWork(b *testing.B) {
	code := wat(b, "work.wat")
	for _, name := range []string{"checksum", "polynomial", "calls", "branches"} {
		for _, engine := range []string{"default", "interpreter"} {
			b.Run(name+"/"+engine+"/unmetered", func(b *testing.B) { work(b, code, "", engines()[engine], name) })
			b.Run(name+"/"+engine+"/metered", func(b *testing.B) {
				m, err := fuel.Meter(code, plenty())
				if err != nil {
					b.Fatal(err)
				}
				work(b, m.Code, m.Global, engines()[engine], name)
			})
			b.Run(name+"/"+engine+"/context", func(b *testing.B) { work(b, code, "", engines()[engine].WithCloseOnContextDone(true), name) })
		}
	}
}

func work(b *testing.B, code []byte, global string, config wazero.RuntimeConfig, name string) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	runtime := wazero.NewRuntimeWithConfig(ctx, config)
	module, err := runtime.Instantiate(ctx, code)
	if err != nil {
		b.Fatal(err)
	}
	f := module.ExportedFunction(name)
	left, metered := module.ExportedGlobal(global).(api.MutableGlobal)
	before := processorTime(b)
	for b.Loop() {
		if metered {
			left.Set(1 << 40)
		}
		if _, err := f.Call(ctx); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
	if metered {
		b.ReportMetric(float64(fuel.Left(left.Get()).Used(1<<40)), "fuel/op")
	}
	if err := runtime.Close(ctx); err != nil {
		b.Error(err)
	}
}

// processorTime returns what the process has used, which others on the machine do
// not disturb.
func processorTime(b *testing.B) int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}
