package spec

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config/document"
)

// noComponents is a build without any.
type noComponents struct{}

func (noComponents) Names(string) []string                { return nil }
func (noComponents) Options(string, string, string) *Spec { return nil }

// decode reads text into a T.
func decode[T any](t *testing.T, text string) (T, document.Errors) {
	t.Helper()
	s, err := Of(reflect.TypeFor[T]())
	if err != nil {
		t.Fatal(err)
	}
	doc, errs := document.Read("f", []byte(text))
	if doc == nil {
		t.Fatal(errs)
	}
	var into T
	errs = append(errs, Decode(doc, s, noComponents{}, &into)...)
	return into, errs
}

// upper is a text type of its own that may not hold lower case.
type upper string

func (u *upper) UnmarshalText(text []byte) error {
	if string(text) != strings.ToUpper(string(text)) {
		return errors.New("lower case")
	}
	*u = upper(text)
	return nil
}

func (u upper) MarshalText() ([]byte, error)           { return []byte(u), nil }
func (upper) DescribeText() (name, p string, sec bool) { return "capitals", "^[A-Z]*$", true }

type everything struct {
	Origin  Origin
	Flag    bool           `yaml:"flag" doc:"d" default:"true"`
	Int     int16          `yaml:"int" doc:"d" min:"-5" max:"5"`
	Uint    uint64         `yaml:"uint" doc:"d"`
	Float   float32        `yaml:"float" doc:"d" max:"10"`
	Text    string         `yaml:"text" doc:"d" max:"3"`
	Wait    time.Duration  `yaml:"wait" doc:"d" default:"1m"`
	Upper   upper          `yaml:"upper" doc:"d"`
	Maybe   *int           `yaml:"maybe" doc:"d" min:"1"`
	Perhaps *inner         `yaml:"perhaps" doc:"d"`
	Inner   inner          `yaml:"inner" doc:"d"`
	Words   []string       `yaml:"words" doc:"d" single:"true" enum:"a,b" max:"2"`
	Table   map[string]int `yaml:"table" doc:"d" max:"1"`
	Inners  []inner        `yaml:"inners" doc:"d"`
	Hidden  string
}

type inner struct {
	A    int    `yaml:"a" doc:"d" required:"true" scalar:"true"`
	B    string `yaml:"b" doc:"d" default:"x"`
	seen bool
}

// Check refuses 13.
func (i *inner) Check(report Report) {
	i.seen = true
	if i.A == 13 {
		report("a", &document.Problem{What: "bad luck"})
	}
}

func TestEveryTypeOfFieldIsDecoded(t *testing.T) {
	got, errs := decode[everything](t, `
flag: false
int: -5
uint: 18446744073709551615
float: 0.5
text: 123
wait: 2d
upper: ABC
maybe: 1
perhaps: {a: 1, b: y}
inner: 2
words: a
table: {k: 7}
inners: [3, {a: 4}]
`)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	one := 1
	want := everything{
		Origin: got.Origin, Int: -5, Uint: 18446744073709551615, Float: 0.5, Text: "123", Wait: 48 * time.Hour, Upper: "ABC",
		Maybe: &one, Perhaps: &inner{1, "y", true}, Inner: inner{2, "x", true}, Words: []string{"a"}, Table: map[string]int{"k": 7},
		Inners: []inner{{3, "x", true}, {4, "x", true}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestWhatIsNotWrittenHasItsDefaultOrIsNotThere(t *testing.T) {
	got, errs := decode[everything](t, "{}")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	want := everything{Origin: got.Origin, Flag: true, Wait: time.Minute, Inner: inner{B: "x"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestEveryErrorIsReportedAtItsPlace(t *testing.T) {
	_, errs := decode[everything](t, `flag: 1
int: 6
uint: 1.5
float: 1e39
text: abcd
wait: x
upper: abc
maybe: 0
perhaps: {b: y}
inner: 13
words: [a, c]
table: {k: 1, l: 2}
inners: [{a: 13}, {}, {a: x}, [1]]
Hidden: 5
`)
	want := `f:1:7: flag: want true or false, this is the number 1: write true or false without quotes
f:2:6: int: 6 is out of range: want -5 to 5
f:3:7: uint: 1.5 is not a whole number: write it without a fraction or exponent
f:4:8: float: 1e39 is not a finite number: write a number such as 0.1
f:5:7: text: a text of 4 bytes is out of range: want at most 3 bytes
f:6:7: wait: "x" is not a duration: want digits and a unit, as 100ms, 1.5s, 10m, 1h or 30d
f:7:8: upper: lower case
f:8:8: maybe: 0 is out of range: want at least 1
f:9:10: perhaps: the key "a" is missing
f:10:8: inner.a: bad luck
f:11:12: words[1]: "c" is not one of the choices: want a or b
f:12:8: table: a length of 2 is out of range: want at most 1 elements
f:13:14: inners[0].a: bad luck
f:13:19: inners[1]: the key "a" is missing
f:13:27: inners[2].a: want a whole number, this is the text "x": write digits
f:13:31: inners[3]: want a mapping, this is a list: write key: value lines
f:14:1: unknown key "Hidden": want flag, float, inner, inners, int, maybe, perhaps, table, text, uint, upper, wait or words`
	if errs.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", errs, want)
	}
}

func TestWhatIsEncodedDecodesToTheSame(t *testing.T) {
	first, errs := decode[everything](t, "{flag: false, wait: 90s, upper: A, maybe: 5, perhaps: 1, words: [b], table: {k: 0}, inners: [1, 2]}")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	s, err := Of(reflect.TypeFor[everything]())
	if err != nil {
		t.Fatal(err)
	}
	inners := []any{map[string]any{"a": int64(1), "b": "x"}, map[string]any{"a": int64(2), "b": "x"}}
	want := map[string]any{
		"flag": false, "wait": "1m30s", "upper": "A", "maybe": int64(5), "perhaps": inners[0], "words": []any{"b"},
		"table": map[string]any{"k": int64(0)}, "inner": map[string]any{"a": int64(0), "b": "x"}, "inners": inners,
	}
	if got := Encode(s, noComponents{}, &first); !reflect.DeepEqual(got, want) {
		t.Errorf("encoded %v\nwant    %v", got, want)
	}
}

func TestASpecThatMakesNoSenseIsRefused(t *testing.T) {
	type loop struct {
		Next []struct {
			Again *struct{} `yaml:"x" doc:"d"`
			Self  []int     `yaml:"y"`
		} `yaml:"next" doc:"d"`
	}
	for want, prototype := range map[string]any{
		"has no doc": struct {
			A int `yaml:"a"`
		}{},
		"declared twice": struct {
			A, B int `yaml:"a" doc:"d"`
		}{},
		"no values of type": struct {
			A any `yaml:"a" doc:"d"`
		}{},
		"no values of type chan": struct {
			A chan int `yaml:"a" doc:"d"`
		}{},
		"is none of": struct {
			A string `yaml:"a" doc:"d" match:"nme"`
		}{},
		`default "x"`: struct {
			A int `yaml:"a" doc:"d" default:"x"`
		}{},
		`default "9"`: struct {
			A int `yaml:"a" doc:"d" default:"9" max:"5"`
		}{},
		`example "x"`: struct {
			A time.Duration `yaml:"a" doc:"d" example:"x"`
		}{},
		`bound "x"`: struct {
			A time.Duration `yaml:"a" doc:"d" min:"x"`
		}{},
		"has no bounds": struct {
			A bool `yaml:"a" doc:"d" min:"true"`
		}{},
		"one value has a default": struct {
			A []int `yaml:"a" doc:"d" default:"1"`
		}{},
		"options": struct {
			A int `options:"driver/tag"`
		}{},
		"kind/part": struct {
			A any `options:"driver"`
		}{},
		"exported": struct {
			a int `yaml:"a" doc:"d"`
		}{},
		"from a struct":   5,
		"Self":            loop{},
		"contains itself": recursive{},
		"does not write itself": struct {
			A readOnly `yaml:"a" doc:"d"`
		}{},
	} {
		if _, err := Of(reflect.TypeOf(prototype)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: error %v, want %q", prototype, err, want)
		}
	}
}

type recursive struct {
	Inner []recursive `yaml:"inner" doc:"d"`
}

type readOnly struct{}

func (*readOnly) UnmarshalText([]byte) error { return nil }

func TestAnOriginPlacesWhatIsFoundOutLater(t *testing.T) {
	got, errs := decode[everything](t, "int: 1\nwords: [a, b]\ninner: {a: 5}\n")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for key, want := range map[string]string{
		"int": "f:1:6: int: no", "words[1]": "f:2:12: words[1]: no", "inner.a": "f:3:8: inner.a: no",
		"text": "f:1:1: text: no", "": "f:1:1: no",
	} {
		if e := got.Origin.Error(key, errors.New("no")); e.Error() != want {
			t.Errorf("%q: %v, want %s", key, e, want)
		}
	}
	if !got.Origin.Sound() {
		t.Error("nothing is wrong, and the origin says otherwise")
	}
	if broken, _ := decode[everything](t, "inners: [{}]"); broken.Origin.Sound() {
		t.Error("a part is wrong, and the origin says otherwise")
	}
	if !got.Origin.Has("int") || got.Origin.Has("text") || got.Origin.File() != "f" || got.Origin.String() != "f:1:1" || got.Origin.Place().Line != 1 {
		t.Errorf("origin %+v", got.Origin)
	}
	if e := (Origin{}).Error("a", errors.New("no")); e.Error() != "a: no" || (Origin{}).String() != "" {
		t.Errorf("the origin of nothing gives %v", e)
	}
}

// shared is keys that several structs have.
type shared struct {
	Batch int           `yaml:"batch" doc:"d" default:"500" min:"1"`
	Wait  time.Duration `yaml:"wait" doc:"d"`
}

type sharing struct {
	Name string `yaml:"name" doc:"d"`
	shared
	Last bool `yaml:"last" doc:"d" default:"true"`
}

func TestTheKeysOfAnEmbeddedStructStandBesideTheOthers(t *testing.T) {
	got, errs := decode[sharing](t, "name: a\nwait: 2s\n")
	if len(errs) > 0 || got.Name != "a" || got.Batch != 500 || got.Wait != 2*time.Second || !got.Last {
		t.Errorf("%+v, %v", got, errs)
	}
	if _, errs := decode[sharing](t, "batch: 0\n"); len(errs) != 1 || errs[0].Path != "batch" {
		t.Errorf("%v", errs)
	}
	s, err := Of(reflect.TypeFor[sharing]())
	if err != nil {
		t.Fatal(err)
	}
	if back := Encode(s, noComponents{}, &got); back["batch"] != int64(500) && back["batch"] != 500 {
		t.Errorf("%v", back)
	}
}
