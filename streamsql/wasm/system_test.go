package wasm_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/wasm"
	"github.com/holdfast-edge/holdfast/tag"
)

// goModule builds the module of testdata/lot as its users build theirs.
func goModule(t *testing.T) []byte {
	t.Helper()
	if testing.Short() {
		t.Skip("the standard library is built for WebAssembly")
	}
	file := filepath.Join(t.TempDir(), "lot.wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-ldflags=-s -w", "-o", file, "./testdata/lot")
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestAModuleInGoWorksAsThePageTells(t *testing.T) {
	m := load(t, goModule(t), usual())
	for range 200 { // more than its garbage collector can leave alone
		got, err := m.Call("lot", []tag.Value{tag.StringOf("press-7-L4711" + strings.Repeat("0", 10_000))})
		if err != nil || !strings.HasPrefix(got.Str(), "L47110") {
			t.Fatalf("got %.20s, %v", got.Str(), err)
		}
	}
	if got, err := m.Call("fahrenheit", []tag.Value{tag.IntOf(100)}); err != nil || !got.Equal(tag.FloatOf(212)) {
		t.Errorf("got %v, %v", got, err)
	}
	_, err := m.Call("lot", []tag.Value{tag.StringOf("nothing")})
	if err == nil || !strings.Contains(err.Error(), "it wrote: panic: the label nothing has no dash") {
		t.Errorf("a panic gives %v", err)
	}
	if got, err := m.Call("lot", []tag.Value{tag.StringOf("a-b")}); err != nil || got.Str() != "b" {
		t.Errorf("after a panic: %v, %v", got, err)
	}
	t.Logf("fuel of lot: %d at most, %.0f on average; of fahrenheit: %d", m.Usage("lot").MaxFuel, m.Usage("lot").MeanFuel(), m.Usage("fahrenheit").MaxFuel)
}

func TestTheExampleInTheDocumentsIsTheOneThatIsTested(t *testing.T) {
	example, err := os.ReadFile("testdata/lot/main.go")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/user-functions.md")
	if err != nil || !strings.Contains(string(page), "```go\n"+string(example)+"```") {
		t.Errorf("docs/user-functions.md does not show testdata/lot/main.go as it is: %v", err)
	}
}

// calling is a module whose function calls a function of WASI with constants and
// gives its outcome.
func calling(name string, params, results []byte, args ...int64) []byte {
	var m module
	m.types = append(m.types, join([]byte{0x60}, vector(single(params)), vector(single(results))))
	m.imports = append(m.imports, join(text("wasi_snapshot_preview1"), text(name), []byte{0x00, 0x00}))
	describe(&m, `{"name":"f","params":[{"name":"x","type":"number"}],"returns":"int"}`)
	var body []byte
	for i, a := range args {
		if params[i] == i64 {
			body = append(body, const64(a)...)
		} else {
			body = append(body, const32(a)...)
		}
	}
	body = append(body, opCall, 0)
	if len(results) == 0 {
		body = append(body, const32(99)...)
	}
	m.function("f", []byte{f64}, []byte{i64}, body, []byte{opExtend})
	return m.bytes()
}

func TestASystemHasNothingToGive(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte
		want int64
		err  string
	}{
		{"nothing to open", calling("path_open", []byte{i32, i32}, []byte{i32}, 3, 0), 52, ""},
		{"no directory", calling("fd_prestat_get", []byte{i32, i32}, []byte{i32}, 3, 0), 8, ""},
		{"no arguments", calling("args_sizes_get", []byte{i32, i32}, []byte{i32}, 64, 68), 0, ""},
		{"a clock", calling("clock_time_get", []byte{i32, i64, i32}, []byte{i32}, 0, 1, 64), 0, ""},
		{"a clock beyond the memory", calling("clock_time_get", []byte{i32, i64, i32}, []byte{i32}, 0, 1, 1<<16-4), 28, ""},
		{"octets", calling("random_get", []byte{i32, i32}, []byte{i32}, 64, 32), 0, ""},
		{"octets without end", calling("random_get", []byte{i32, i32}, []byte{i32}, 0, -1), 28, ""},
		{"octets for which there is no fuel", calling("random_get", []byte{i32, i32}, []byte{i32}, 0, 20_000), 0, "used up its fuel"},
		{"a text beyond the memory", calling("fd_write", []byte{i32, i32, i32, i32}, []byte{i32}, 1, -8, 1, 64), 28, ""},
		{"a wait", calling("poll_oneoff", []byte{i32, i32, i32, i32}, []byte{i32}, 64, 128, 1, 32), 0, ""},
		{"a wait beyond the memory", calling("poll_oneoff", []byte{i32, i32, i32, i32}, []byte{i32}, -1, -1, 1, -1), 28, ""},
		{"an exit", calling("proc_exit", []byte{i32}, nil, 3), 0, "it exited with code 3"},
	} {
		m := load(t, c.code, wasm.Limits{Fuel: 10_000})
		got, err := m.Call("f", []tag.Value{tag.IntOf(1)})
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: got %v, want %s", c.name, err, c.err)
			}
		case err != nil || !got.Equal(tag.IntOf(c.want)):
			t.Errorf("%s: got %v, %v, want %d", c.name, got, err, c.want)
		}
	}
}

func TestAFunctionOfTheSystemIsOfItsType(t *testing.T) {
	for _, code := range [][]byte{
		calling("clock_time_get", []byte{i32}, []byte{i32}, 0),
		calling("random_get", []byte{i32, i32}, []byte{i64}, 0, 0),
	} {
		if _, err := wasm.Load(t.Context(), code, wasm.DigestOf(code), usual()); err == nil {
			t.Error("it is taken as another type")
		}
	}
}
