package wasm_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/wasm"
	"github.com/holdfast-edge/holdfast/tag"
)

// running is a query that shows a function of column x.
func running(t *testing.T, slot *wasm.Slot, call string) *streamsql.Exec {
	t.Helper()
	compiler := streamsql.Compiler{Catalog: streamsql.Sources{"rows": {}}, Functions: slot.Functions()}
	query, err := compiler.Compile("SELECT " + call + " AS y FROM rows")
	if err != nil {
		t.Fatal(err)
	}
	return query.New(streamsql.Options{})
}

func show(t *testing.T, e *streamsql.Exec, x tag.Value) string {
	t.Helper()
	schema, err := tag.NewSchema(tag.StreamID{}, "rows", tag.Field{Name: "x"})
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(schema, 1)
	copy(b.Row(1), []tag.Value{x})
	var out []byte
	e.Push(1, 0, b.Batch(), func(b *tag.Batch) { out = tag.AppendRowJSON(out, b, 0) })
	return string(out)
}

func TestAQueryKeepsItsFunctionWhileTheModuleIsSwapped(t *testing.T) {
	slot := wasm.NewSlot(load(t, celsius(32), usual()))
	query := running(t, slot, "fahrenheit(x)")
	if got := show(t, query, tag.IntOf(10)); got != `{"y":50}` {
		t.Errorf("before: got %s", got)
	}
	if got := show(t, query, tag.NullOf(tag.Good)); got != `{"y":null}` {
		t.Errorf("of NULL: got %s", got)
	}
	second := load(t, celsius(33), usual())
	first, err := slot.Swap(second)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := show(t, query, tag.IntOf(10)); got != `{"y":51}` {
		t.Errorf("after: got %s", got)
	}
	if slot.Module().Digest() != second.Digest() {
		t.Error("the slot does not hold the second module")
	}
}

func TestAModuleOfOtherFunctionsIsNotSwappedIn(t *testing.T) {
	slot := wasm.NewSlot(load(t, celsius(32), usual()))
	if _, err := slot.Swap(load(t, encoded(), usual())); err == nil || !strings.Contains(err.Error(), "no function fahrenheit") {
		t.Errorf("got %v", err)
	}
	var other module
	describe(&other, `{"name":"fahrenheit","params":[{"name":"x","type":"number"},{"name":"y","type":"number"}],"returns":"float"}`)
	other.function("fahrenheit", []byte{f64, f64}, []byte{f64}, get(0))
	if _, err := slot.Swap(load(t, other.bytes(), usual())); err == nil || !strings.Contains(err.Error(), "want fahrenheit(celsius number) float") {
		t.Errorf("got %v", err)
	}
}

func TestCallsGoOnWhileModulesAreSwapped(t *testing.T) {
	slot := wasm.NewSlot(load(t, celsius(32), usual()))
	modules := []*wasm.Module{load(t, celsius(33), usual()), slot.Module()}
	done := make(chan struct{})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				got, err := slot.Functions()[0].Scalar(nil, []tag.Value{tag.IntOf(10)})
				if f, _ := got.Float(); err != nil || f != 50 && f != 51 {
					t.Errorf("got %v, %v", f, err)
					return
				}
			}
		})
	}
	for i := range 100 {
		if _, err := slot.Swap(modules[i%2]); err != nil {
			t.Error(err)
		}
	}
	close(done)
	group.Wait()
}

func BenchmarkAFunctionOfNumbers(b *testing.B) {
	code := celsius(32)
	m, err := wasm.Load(b.Context(), code, wasm.DigestOf(code), wasm.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close(b.Context())
	args := []tag.Value{tag.FloatOf(20)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Call("fahrenheit", args); err != nil {
			b.Fatal(err)
		}
	}
}
