package wasm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/wasm"
	"github.com/holdfast-edge/holdfast/tag"
)

const (
	manifestAt = 16
	messageAt  = 4096
	argsAt     = 8192
)

// describe makes the module tell a manifest.
func describe(m *module, functions string) {
	manifest := `{"functions":[` + functions + `]}`
	m.withMemory(1)
	m.place(manifestAt, manifest)
	m.function("holdfast_functions", nil, []byte{i64}, const64(manifestAt<<32|int64(len(manifest))))
}

// celsius is a module of one plain function: x × 1.8 + offset.
func celsius(offset float64) []byte {
	var m module
	describe(&m, `{"name":"fahrenheit","doc":"Degrees Celsius as Fahrenheit.","params":[{"name":"celsius","type":"number"}],"returns":"float"}`)
	m.function("fahrenheit", []byte{f64}, []byte{f64}, get(0), constFloat(1.8), []byte{opMulFloat}, constFloat(offset), []byte{opAddFloat})
	return m.bytes()
}

// encoded is a module of functions over encoded values: same gives its argument
// back, wrong an error, and so on.
func encoded() []byte {
	var m module
	describe(&m, `{"name":"same","params":[{"name":"x","type":"any"}],"returns":"any","nulls":true},
		{"name":"wrong","params":[{"name":"x","type":"any"}],"returns":"any"},
		{"name":"beyond","params":[{"name":"x","type":"any"}],"returns":"any"},
		{"name":"broken","params":[{"name":"x","type":"any"}],"returns":"any"}`)
	places := []byte{i32, i32}
	const message = "\x09\x08\x00\x00\x00too warm"
	m.place(messageAt, message)
	m.function("same", places, []byte{i64}, packed(get(0), get(1)))
	m.function("wrong", places, []byte{i64}, const64(messageAt<<32|int64(len(message))))
	m.function("beyond", places, []byte{i64}, const64(1<<30<<32|5))
	m.function("broken", places, []byte{i64}, const64(messageAt<<32|3))
	m.function("holdfast_alloc", []byte{i32}, []byte{i32}, const32(argsAt))
	return m.bytes()
}

// wild is a module of functions that do what they should not.
func wild() []byte {
	var m module
	describe(&m, `{"name":"spin","params":[{"name":"x","type":"number"}],"returns":"float"},
		{"name":"trap","params":[{"name":"x","type":"number"}],"returns":"float"},
		{"name":"grow","params":[{"name":"pages","type":"int"}],"returns":"int"},
		{"name":"deep","params":[{"name":"x","type":"number"}],"returns":"float"},
		{"name":"fine","params":[{"name":"x","type":"number"}],"returns":"float"}`)
	m.function("spin", []byte{f64}, []byte{f64}, []byte{opLoop, 0x40, opBranch, 0x00, opEnd}, get(0))
	m.function("trap", []byte{f64}, []byte{f64}, []byte{opUnreachable})
	m.function("grow", []byte{i64}, []byte{i64}, get(0), []byte{0xa7, opGrow, 0x00, 0xac})
	m.function("fine", []byte{f64}, []byte{f64}, get(0))
	m.function("deep", []byte{f64}, []byte{f64}, get(0), []byte{opCall, 5})
	return m.bytes()
}

func load(t *testing.T, code []byte, limits wasm.Limits) *wasm.Module {
	t.Helper()
	m, err := wasm.Load(t.Context(), code, wasm.DigestOf(code), limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return m
}

// usual is limits for tests that are not about them.
func usual() wasm.Limits { return wasm.Limits{} }

func TestAFunctionOfNumbersIsCalledWithNumbers(t *testing.T) {
	m := load(t, celsius(32), usual())
	got, err := m.Call("fahrenheit", []tag.Value{tag.IntOf(100)})
	if f, _ := got.Float(); err != nil || f != 212 {
		t.Errorf("got %v, %v, want 212", f, err)
	}
	if _, err := m.Call("fahrenheit", []tag.Value{tag.StringOf("hot")}); err == nil {
		t.Error("a text is no error")
	}
	if _, err := m.Call("kelvin", nil); err == nil {
		t.Error("a function that there is not is no error")
	}
}

func TestValuesOfEveryKindGoThereAndBack(t *testing.T) {
	m := load(t, encoded(), usual())
	object, err := tag.NewObject([]string{"a", "b"}, []tag.Value{tag.IntOf(1), tag.ArrayOf([]tag.Value{tag.BoolOf(true)})})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []tag.Value{
		tag.NullOf(tag.Good), tag.BoolOf(false), tag.BoolOf(true), tag.IntOf(-1 << 63), tag.FloatOf(1e-300), tag.StringOf("Grüße"), tag.StringOf(""),
		tag.BytesOf([]byte{0, 255}), tag.NanosOf(-5), tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.StringOf("x")}), tag.ObjectOf(object),
		tag.StringOf(strings.Repeat("x", 5000)),
	} {
		got, err := m.Call("same", []tag.Value{v})
		if a, b := string(tag.AppendJSON(nil, got)), string(tag.AppendJSON(nil, v)); err != nil || got.Kind() != v.Kind() || a != b {
			t.Errorf("%.40s of kind %v: got %.40s of kind %v, %v", b, v.Kind(), a, got.Kind(), err)
		}
	}
}

func TestAFunctionCanFailInItsOwnWords(t *testing.T) {
	m := load(t, encoded(), usual())
	if _, err := m.Call("wrong", []tag.Value{tag.IntOf(1)}); err == nil || err.Error() != "too warm" {
		t.Errorf("got %v, want too warm", err)
	}
}

func TestAResultThatIsNoneIsRefused(t *testing.T) {
	m := load(t, encoded(), usual())
	for _, name := range []string{"beyond", "broken"} {
		if _, err := m.Call(name, []tag.Value{tag.IntOf(1)}); !errors.Is(err, wasm.ErrMalformed) {
			t.Errorf("%s: got %v, want %v", name, err, wasm.ErrMalformed)
		}
	}
}

func TestACallThatDoesNotEndIsEndedByItsFuelAndTheNextIsFine(t *testing.T) {
	m := load(t, wild(), wasm.Limits{Fuel: 1000, Instances: 1})
	const often = 20
	for range often {
		_, err := m.Call("spin", []tag.Value{tag.FloatOf(1)})
		if !errors.Is(err, wasm.ErrFuel) || err.Error() != "the call used up its fuel of 1000 instructions" {
			t.Fatalf("got %v, want %v", err, wasm.ErrFuel)
		}
		if got, err := m.Call("fine", []tag.Value{tag.FloatOf(1.5)}); err != nil || !got.Equal(tag.FloatOf(1.5)) {
			t.Fatalf("got %v, %v", got, err)
		}
	}
	if got, want := m.Usage("spin"), (wasm.Usage{Calls: often, Failures: often, Fuel: often * 1000, MaxFuel: 1000}); got != want {
		t.Errorf("calls that do not end: %+v, want %+v", got, want)
	}
	if got, want := m.Usage("fine"), (wasm.Usage{Calls: often, Fuel: often, MaxFuel: 1}); got != want || got.MeanFuel() != 1 {
		t.Errorf("calls beside them: %+v, want %+v", got, want)
	}
}

func TestACallThatEndsByItselfBeyondItsFuelHasFailed(t *testing.T) {
	m := load(t, celsius(32), wasm.Limits{Fuel: 4})
	if _, err := m.Call("fahrenheit", []tag.Value{tag.IntOf(1)}); !errors.Is(err, wasm.ErrFuel) {
		t.Errorf("got %v, want %v", err, wasm.ErrFuel)
	}
	if m := load(t, celsius(32), wasm.Limits{Fuel: 5}); m.Usage("fahrenheit").MeanFuel() != 0 {
		t.Error("it used fuel before it was called")
	} else if _, err := m.Call("fahrenheit", []tag.Value{tag.IntOf(1)}); err != nil {
		t.Error(err)
	}
}

func TestRecursionWithoutEndIsEnded(t *testing.T) {
	m := load(t, wild(), usual())
	for range 3 {
		if _, err := m.Call("deep", []tag.Value{tag.FloatOf(1)}); !errors.Is(err, wasm.ErrDepth) {
			t.Fatalf("got %v, want %v", err, wasm.ErrDepth)
		}
	}
}

func TestAfterATrapTheNextCallIsFine(t *testing.T) {
	m := load(t, wild(), usual())
	for range 3 {
		if _, err := m.Call("trap", []tag.Value{tag.FloatOf(1)}); err == nil {
			t.Fatal("a trap is no error")
		}
		if got, err := m.Call("fine", []tag.Value{tag.FloatOf(1.5)}); err != nil || !got.Equal(tag.FloatOf(1.5)) {
			t.Fatalf("got %v, %v", got, err)
		}
	}
}

func TestMemoryBeyondTheLimitIsNotGiven(t *testing.T) {
	m := load(t, wild(), wasm.Limits{Memory: 3 << 16, Instances: 1})
	for pages, want := range map[int64]int64{100: -1} {
		if got, err := m.Call("grow", []tag.Value{tag.IntOf(pages)}); err != nil || !got.Equal(tag.IntOf(want)) {
			t.Errorf("growing by %d pages gives %v, %v, want %d", pages, got, err, want)
		}
	}
	if got, err := m.Call("grow", []tag.Value{tag.IntOf(2)}); err != nil || !got.Equal(tag.IntOf(1)) {
		t.Errorf("growing within the limit gives %v, %v, want 1", got, err)
	}
}

func TestCallsAtTheSameTimeHaveInstancesOfTheirOwn(t *testing.T) {
	m := load(t, encoded(), wasm.Limits{Instances: 2})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			v := tag.StringOf(strings.Repeat(fmt.Sprint(i), 100))
			for range 50 {
				if got, err := m.Call("same", []tag.Value{v}); err != nil || !got.Equal(v) {
					t.Errorf("got %v, %v", got, err)
				}
			}
		})
	}
	group.Wait()
}

func TestAClosedModuleIsNotCalled(t *testing.T) {
	m := load(t, celsius(32), usual())
	if err := m.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Call("fahrenheit", []tag.Value{tag.IntOf(1)}); !errors.Is(err, wasm.ErrClosed) {
		t.Errorf("got %v, want %v", err, wasm.ErrClosed)
	}
}

func TestAModuleThatCannotWorkIsRefusedWithTheReason(t *testing.T) {
	one := func(functions string, build func(*module)) []byte {
		var m module
		describe(&m, functions)
		if build != nil {
			build(&m)
		}
		return m.bytes()
	}
	const f = `{"name":"f","params":[{"name":"x","type":"number"}],"returns":"float"}`
	plain := func(m *module) { m.function("f", []byte{f64}, []byte{f64}, get(0)) }
	var silent, importing module
	silent.function("f", []byte{f64}, []byte{f64}, get(0))
	importing.types = append(importing.types, []byte{0x60, 0, 0})
	importing.imports = append(importing.imports, join(text("env"), text("clock"), []byte{0x00, 0x00}))
	for want, code := range map[string][]byte{
		"does not begin as WebAssembly":         []byte("not a module"),
		"does not export holdfast_functions":    silent.bytes(),
		"imports env.clock":                     importing.bytes(),
		"read the manifest":                     one(`{"nome":"f"}`, plain),
		"has 0 functions":                       one("", plain),
		"f is in the manifest and not exported": one(f, nil),
		"f stands twice":                        one(f+","+f, plain),
		"a built-in function has the name":      one(`{"name":"abs","returns":"float"}`, plain),
		"want a name of small letters":          one(`{"name":"F","returns":"float"}`, plain),
		"type \"real\"":                         one(`{"name":"f","returns":"real"}`, plain),
		"nor numbers for each of its 0 param":   one(`{"name":"f","returns":"float"}`, plain),
		"x is no number that is always given":   one(`{"name":"f","params":[{"name":"x","type":"number","optional":true}],"returns":"float"}`, plain),
		"needs holdfast_alloc":                  one(f, func(m *module) { m.function("f", []byte{i32, i32}, []byte{i64}, const64(0)) }),
	} {
		_, err := wasm.Load(t.Context(), code, wasm.DigestOf(code), wasm.Limits{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestCodeThatIsNotWhatItsDigestSaysIsRefused(t *testing.T) {
	digest := wasm.DigestOf(celsius(32))
	if _, err := wasm.Load(t.Context(), celsius(33), digest, wasm.Limits{}); !errors.Is(err, wasm.ErrDigest) {
		t.Errorf("got %v, want %v", err, wasm.ErrDigest)
	}
	if back, err := wasm.ParseDigest(digest.String()); err != nil || back != digest {
		t.Errorf("%s reads back as %s, %v", digest, back, err)
	}
	for _, s := range []string{"", "sha256:", "sha256:00", digest.String() + "00", digest.String()[7:], "sha256:" + strings.Repeat("x", 64)} {
		if _, err := wasm.ParseDigest(s); err == nil {
			t.Errorf("%q is read as a digest", s)
		}
	}
}
