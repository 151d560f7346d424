package config

import (
	"fmt"
	"strconv"

	"github.com/holdfast-edge/holdfast/tag"
)

// Static is a tag that no device is asked for: a constant.
type Static struct {
	Origin      Origin
	Name        string `yaml:"name" required:"true" match:"name" doc:"The tag's name, unique within its device." example:"line"`
	Value       string `yaml:"value" required:"true" doc:"The constant; true and false in quotes." example:"3"`
	Type        string `yaml:"type" enum:"int,float,bool,text" doc:"What the value is. Without it, digits are a number, true and false are bool, and all else is text." example:"text"`
	Unit        string `yaml:"unit" doc:"The unit of the value, for people." example:"kg"`
	Quality     string `yaml:"quality" advanced:"true" doc:"The quality of the value, by its name in OPC UA; Good where none is given." example:"UncertainSubstituteValue"`
	Description string `yaml:"description" doc:"What the value is, for people." example:"number of the line"`
}

// Computed is a tag whose value is an SQL expression over other tags of its device.
type Computed struct {
	Origin      Origin
	Name        string `yaml:"name" required:"true" match:"name" doc:"The tag's name, unique within its device." example:"power"`
	SQL         string `yaml:"sql" required:"true" doc:"An expression over the tags of the device, in whichever group they are, static tags, and computed ones that stand before this one. Where a Bad value makes it NULL, it is Bad for the same reason." example:"voltage * current / 1000"`
	Type        string `yaml:"type" enum:"int,float,bool,text" doc:"What the value has to be; without it, what the expression makes." example:"float"`
	Unit        string `yaml:"unit" doc:"The unit of the value, for people." example:"kW"`
	Description string `yaml:"description" doc:"What the value is, for people." example:"electrical power"`
}

// Check refuses a value that is not of its type, and a quality that is none.
func (s *Static) Check(report Report) {
	if _, err := s.quality(); err != nil {
		report("quality", err)
	}
	if _, err := s.parse(); err != nil {
		report("value", err)
	}
}

// Constant returns the value of a static tag that was checked.
func (s *Static) Constant() tag.Value {
	v, err := s.parse()
	q, wrong := s.quality()
	if err != nil || wrong != nil {
		return tag.NullOf(tag.BadConfiguration)
	}
	return v.WithQuality(q)
}

func (s *Static) quality() (tag.Quality, error) {
	if s.Quality == "" {
		return tag.Good, nil
	}
	return tag.ParseQuality(s.Quality)
}

// parse reads the value as its type, or as what it looks like.
func (s *Static) parse() (tag.Value, error) {
	whole, notWhole := strconv.ParseInt(s.Value, 10, 64)
	number, noNumber := strconv.ParseFloat(s.Value, 64)
	isBool := s.Value == "true" || s.Value == "false"
	switch {
	case s.Type == "text":
		return tag.StringOf(s.Value), nil
	case notWhole == nil && (s.Type == "int" || s.Type == ""):
		return tag.IntOf(whole), nil
	case noNumber == nil && number-number == 0 && (s.Type == "float" || s.Type == ""):
		return tag.FloatOf(number), nil
	case isBool && (s.Type == "bool" || s.Type == ""):
		return tag.BoolOf(s.Value == "true"), nil
	case s.Type == "":
		return tag.StringOf(s.Value), nil
	}
	return tag.Value{}, &Problem{What: fmt.Sprintf("%q is no %s", s.Value, s.Type), Fix: "change the value or the type"}
}
