package spec

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config/document"
)

// shelf is components made of structs, by kind, name and part.
type shelf map[[3]string]*Spec

func (s shelf) Names(kind string) []string {
	seen := map[string]bool{}
	var names []string
	for key := range s {
		if key[0] == kind && !seen[key[1]] {
			seen[key[1]] = true
			names = append(names, key[1])
		}
	}
	slices.Sort(names)
	return names
}

func (s shelf) Options(kind, name, part string) *Spec { return s[[3]string{kind, name, part}] }

type plant struct {
	Machines []machine `yaml:"machines" doc:"d"`
}

type machine struct {
	Maker string  `yaml:"maker" doc:"d" required:"true" chooses:"maker"`
	At    string  `yaml:"at" doc:"d"`
	Size  string  `yaml:"size" doc:"d"`
	Parts []piece `yaml:"parts" doc:"d"`

	Line    any `options:"maker/line" query:"at"`
	Options any `options:"maker/machine"`
}

type piece struct {
	Name    string `yaml:"name" doc:"d" required:"true"`
	Options any    `options:"maker/part"`
}

type acmeLine struct {
	Speed int  `yaml:"speed" doc:"d" default:"9600"`
	Fast  bool `yaml:"fast" doc:"d"`
}

type acmeMachine struct {
	Size int `yaml:"size" doc:"d" required:"true" min:"1"`
}

type acmePart struct {
	Teeth int `yaml:"teeth" doc:"d" default:"7"`
}

// Check refuses a wheel without teeth.
func (p *acmePart) Check(report Report) {
	if p.Teeth == 0 {
		report("teeth", &document.Problem{What: "a wheel without teeth"})
	}
}

// makers is one maker with options for everything, and one with none.
func makers(t *testing.T) shelf {
	t.Helper()
	s := shelf{{"maker", "plain", "machine"}: nil}
	for part, prototype := range map[string]any{"line": acmeLine{}, "machine": acmeMachine{}, "part": acmePart{}} {
		read, err := Of(reflect.TypeOf(prototype))
		if err != nil {
			t.Fatal(err)
		}
		s[[3]string{"maker", "acme", part}] = read
	}
	return s
}

// decodePlant reads a plant with the makers.
func decodePlant(t *testing.T, text string) (plant, document.Errors) {
	t.Helper()
	s, err := Of(reflect.TypeFor[plant]())
	if err != nil {
		t.Fatal(err)
	}
	doc, errs := document.Read("f", []byte(text))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	var p plant
	errs = Decode(doc, s, makers(t), &p)
	return p, errs
}

func TestAComponentsKeysStandBesideTheCommonOnes(t *testing.T) {
	p, errs := decodePlant(t, "machines:\n- {maker: acme, at: 'x://y?speed=300&fast=true', size: 4, parts: [{name: a}, {name: b, teeth: 9}]}\n- {maker: plain, parts: [{name: c}]}\n")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	acme, plain := p.Machines[0], p.Machines[1]
	if *acme.Line.(*acmeLine) != (acmeLine{300, true}) || *acme.Options.(*acmeMachine) != (acmeMachine{4}) {
		t.Errorf("line %+v, machine %+v", acme.Line, acme.Options)
	}
	if acme.Size != "4" {
		t.Errorf("the key that both declare is %q in the common struct", acme.Size)
	}
	if *acme.Parts[0].Options.(*acmePart) != (acmePart{7}) || *acme.Parts[1].Options.(*acmePart) != (acmePart{9}) {
		t.Errorf("parts %+v %+v", acme.Parts[0].Options, acme.Parts[1].Options)
	}
	if plain.Line != nil || plain.Options != nil || plain.Parts[0].Options != nil {
		t.Errorf("a component without options has some: %+v", plain)
	}
}

func TestAQueryThatIsNotThereHasItsDefaults(t *testing.T) {
	p, errs := decodePlant(t, "machines: [{maker: acme, size: 1}, {maker: acme, size: 1, at: 'x://y'}]")
	if len(errs) > 0 || *p.Machines[0].Line.(*acmeLine) != (acmeLine{Speed: 9600}) || *p.Machines[1].Line.(*acmeLine) != (acmeLine{Speed: 9600}) {
		t.Errorf("machines %+v, %v", p.Machines, errs)
	}
}

func TestAComponentIsHeldToWhatItDeclares(t *testing.T) {
	_, errs := decodePlant(t, `machines:
- {maker: acme, size: big, teeth: 3}
- {maker: acme, size: 0}
- {maker: acme, parts: [{name: a, teeth: 0, size: 1}, {teeth: x}, {name: b, teeth: 0}]}
- {maker: plain, at: "x://y?speed=1", colour: red, parts: [{name: a, teeth: 1}]}
- {maker: acne, size: big, colour: red, parts: [{name: a, teeth: 1}]}
`)
	want := `f:2:23: machines[0].size: want a whole number, this is the text "big": write digits
f:2:28: machines[0]: unknown key "teeth": want at, maker, parts or size
f:3:23: machines[1].size: 0 is out of range: want at least 1
f:4:3: machines[2]: the key "size" is missing
f:4:45: machines[2].parts[0]: unknown key "size": want name or teeth
f:4:55: machines[2].parts[1]: the key "name" is missing
f:4:63: machines[2].parts[1].teeth: want a whole number, this is the text "x": write digits
f:4:84: machines[2].parts[2].teeth: a wheel without teeth
f:5:22: machines[3].at: unknown key "speed"
f:5:39: machines[3]: unknown key "colour": want at, maker, parts or size
f:5:70: machines[3].parts[0]: unknown key "teeth": want name
f:6:11: machines[4].maker: no maker is called "acne": did you mean "acme"?`
	if errs.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", errs, want)
	}
}

func TestAnEncodedMappingHasTheKeysOfItsComponent(t *testing.T) {
	p, errs := decodePlant(t, "machines: [{maker: acme, size: 4, at: 'x://y?speed=1', parts: [{name: a}]}]")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	s, err := Of(reflect.TypeFor[plant]())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"machines": []any{map[string]any{
		"maker": "acme", "size": int64(4), "at": "x://y?speed=1", "parts": json.RawMessage(`[{"name":"a","teeth":7}]`),
	}}}
	if got := Encode(s, makers(t), &p); !reflect.DeepEqual(got, want) {
		t.Errorf("encoded %v\nwant    %v", got, want)
	}
}

func TestTheSchemaHasABranchForEachComponent(t *testing.T) {
	s, err := Of(reflect.TypeFor[plant]())
	if err != nil {
		t.Fatal(err)
	}
	definitions := Schema(s, makers(t))["$defs"].(map[string]any)
	acme := definitions["maker-acme"].(map[string]any)
	if size := acme["properties"].(map[string]any)["size"].(map[string]any); size["type"] != "integer" {
		t.Errorf("the component's key is %v", size)
	}
	if !slices.Equal(acme["required"].([]string), []string{"maker", "size"}) {
		t.Errorf("required %v", acme["required"])
	}
	plain := definitions["maker-plain"].(map[string]any)
	if size := plain["properties"].(map[string]any)["size"].(map[string]any); size["type"] != "string" {
		t.Errorf("the common key is %v", size)
	}
}

func TestAFormOffersTheComponentsThereAre(t *testing.T) {
	s, err := Of(reflect.TypeFor[plant]())
	if err != nil {
		t.Fatal(err)
	}
	maker := FormOf(s, makers(t))[0].Fields[0]
	if maker.Key != "maker" || maker.Chooses != "maker" || !slices.Equal(maker.Choices, []string{"acme", "plain"}) || !maker.Required {
		t.Errorf("entry %+v", maker)
	}
	if FormOf(nil, makers(t)) != nil {
		t.Error("no spec has a form")
	}
}

func TestTheReferenceKeepsATextWithinItsCell(t *testing.T) {
	type piped struct {
		A string `yaml:"a" doc:"one | two" default:"x|y"`
	}
	s, err := Of(reflect.TypeFor[piped]())
	if err != nil {
		t.Fatal(err)
	}
	page := string(AppendMarkdown(nil, s, 2))
	if !strings.Contains(page, "| `a` | text | `x\\|y` | one \\| two |") {
		t.Errorf("page\n%s", page)
	}
	if page := string(AppendMarkdown(nil, nil, 2)); page != "No keys.\n" {
		t.Errorf("page of nothing %q", page)
	}
}

func TestDocumentsAreMergedByListAndByKey(t *testing.T) {
	type root struct {
		Name  string   `yaml:"name" doc:"d" required:"true"`
		Words []string `yaml:"words" doc:"d"`
		Other int      `yaml:"other" doc:"d" default:"3"`
	}
	s, err := Of(reflect.TypeFor[root]())
	if err != nil {
		t.Fatal(err)
	}
	whole, given := s.New(noComponents{}).(*root), map[string]string{}
	var errs document.Errors
	for _, text := range []string{"words: [a]", "words: [b, c]\nname: x", "other: 5", "name: y\nwords:"} {
		doc, _ := document.Read("f", []byte(text))
		var read root
		errs = append(errs, Decode(doc, s, noComponents{}, &read)...)
		errs = append(errs, Merge(s, whole, &read, doc, given)...)
	}
	if whole.Name != "x" || !slices.Equal(whole.Words, []string{"a", "b", "c"}) || whole.Other != 5 {
		t.Errorf("whole %+v", whole)
	}
	if errs.Error() != `f:1:1: "name" is given in two files, first at f:2:1: give it in one of them` {
		t.Errorf("errors %v", errs)
	}
	if missed := Missing(s, given); len(missed) != 0 {
		t.Errorf("missing %v", missed)
	}
	if missed := Missing(s, nil); len(missed) != 1 || !strings.Contains(missed[0].Error(), `"name" is missing`) {
		t.Errorf("missing %v", missed)
	}
}
