package config_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
)

// The catalog of these tests: a driver like Modbus, one without endpoints, and two sink types.

type lineOptions struct {
	Baud   int    `yaml:"baud" default:"9600" min:"300" max:"4000000" unit:"bit/s" doc:"The speed of the serial line." example:"19200"`
	Parity string `yaml:"parity" default:"none" enum:"none,even,odd" doc:"The parity bit."`
}

type unitOptions struct {
	Unit    uint8           `yaml:"unit" default:"1" max:"247" doc:"The unit address." example:"1"`
	Timeout time.Duration   `yaml:"timeout" default:"1s" min:"1ms" max:"1m" doc:"How long to wait for a reply."`
	Order   []string        `yaml:"order" enum:"big,little" single:"true" advanced:"true" doc:"The orders of bytes and words."`
	Limits  map[string]uint `yaml:"limits" advanced:"true" doc:"The most that one request reads, by table."`
}

// CheckTag wants tags that are written to be in a table that can be.
func (*unitOptions) CheckTag(tag *config.Tag, report config.Report) {
	if a := tag.Options.(*registerOptions).Address; tag.Access.Writable() && a.table == "input" {
		report("access", &config.Problem{What: "an input register cannot be written", Fix: "use a holding register"})
	}
}

type registerOptions struct {
	Address register `yaml:"address" required:"true" doc:"Table and number." example:"holding:0"`
	Type    string   `yaml:"type" default:"uint16" enum:"bool,int16,uint16,float32" doc:"How the registers are read."`
}

// Check wants coils to be bool.
func (o *registerOptions) Check(report config.Report) {
	if o.Address.table == "coil" && o.Type != "bool" {
		report("type", &config.Problem{What: "a coil is a bool", Fix: "write type: bool"})
	}
}

// register is an address that reads itself.
type register struct {
	table  string
	number uint16
}

func (r *register) UnmarshalText(text []byte) error {
	table, digits, _ := strings.Cut(string(text), ":")
	number, err := strconv.ParseUint(digits, 10, 16)
	tables := []string{"holding", "input", "coil"}
	for _, known := range tables {
		if known == table && err == nil {
			*r = register{table, uint16(number)}
			return nil
		}
	}
	return &config.Problem{
		What: fmt.Sprintf("%q is not an address", text),
		Fix:  "want holding:N, input:N or coil:N",
	}
}

func (r register) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%s:%d", r.table, r.number), nil
}

type mqttOptions struct {
	URL      config.URL    `yaml:"url" required:"true" doc:"The broker." example:"mqtt://192.0.2.20:1883"`
	Topic    string        `yaml:"topic" required:"true" match:"topic" doc:"The topic of every record." example:"plant-7/climate"`
	Username string        `yaml:"username" doc:"The user to log in as."`
	Password config.Secret `yaml:"password" doc:"The user's password." example:"env:LINE_PASSWORD"`
}

type fileOptions struct {
	Path string `yaml:"path" required:"true" min:"1" doc:"The file to append to." example:"/var/lib/x.csv"`
}

type portOptions struct {
	Listen string `yaml:"listen" required:"true" match:"listen" doc:"Where clients connect." example:"127.0.0.1:1502"`
}

// testCatalog is the catalog that every test here loads with.
func testCatalog(t testing.TB) *config.Catalog {
	t.Helper()
	c, err := config.NewCatalog(
		[]config.Driver{
			{Name: "modbus", Doc: "Speaks Modbus.", Schemes: []string{"tcp", "rtu"}, Endpoint: lineOptions{}, Device: unitOptions{}, Tag: registerOptions{}},
			{Name: "static", Doc: "Values that never change."},
		},
		[]config.SinkType{
			{Name: "mqtt", Doc: "Delivers to an MQTT broker.", Options: mqttOptions{}},
			{Name: "file", Doc: "Appends to a file.", Options: fileOptions{}},
		},
		config.ServerType{Name: "modbus", Doc: "Shows tags as registers.", Options: portOptions{}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
