package s7

import (
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/scale"
)

// EndpointOptions are the keys in the query of an endpoint.
type EndpointOptions struct {
	Rack       int    `yaml:"rack" default:"0" min:"0" max:"7" doc:"The rack that the CPU is in."`
	Slot       int    `yaml:"slot" default:"1" min:"0" max:"31" doc:"The slot that the CPU is in: 1 (or 0) of an S7-1200 or S7-1500, 2 of an S7-300, as its hardware configuration says of an S7-400." example:"2"`
	Connection string `yaml:"connection" default:"pg" enum:"pg,op,basic" advanced:"true" doc:"Which of the PLC's connections are used: those for programming devices, for operator panels, or the others."`
	TSAP       TSAP   `yaml:"tsap" doc:"The TSAP of the PLC, instead of rack, slot and connection: a LOGO!'s, as its connection is configured." example:"02.00"`
	LocalTSAP  TSAP   `yaml:"local_tsap" doc:"The TSAP of this end; 01.00 where none is given. A LOGO! wants the one that is configured in it." example:"01.00"`

	PDUSize        int           `yaml:"pdu_size" default:"960" min:"112" max:"960" unit:"octets" advanced:"true" doc:"The largest PDU that is proposed. The PLC decides: an S7-300 or S7-1200 agrees to 240, an S7-1500 to 960."`
	MaxAMQ         int           `yaml:"max_amq" default:"8" min:"1" max:"16" doc:"The most jobs on the way at once that are proposed. The PLC decides."`
	ConnectTimeout time.Duration `yaml:"connect_timeout" default:"5s" min:"10ms" max:"5m" doc:"How long connecting may take, until PDU and jobs are agreed."`
}

// DeviceOptions are the keys of a device.
type DeviceOptions struct {
	Timeout  time.Duration `yaml:"timeout" default:"3s" min:"1ms" max:"5m" doc:"How long an answer may take. After that the connection is made anew."`
	MaxGap   int           `yaml:"max_gap" default:"24" min:"0" max:"900" unit:"octets" advanced:"true" doc:"The most octets that nobody asked for which are read along to save an item of a job."`
	TimeZone string        `yaml:"time_zone" default:"UTC" doc:"The zone of the PLC's dates and times: UTC, a name of the IANA, or a distance from UTC for clocks without summer time." example:"Europe/Berlin"`
}

// TagOptions are the keys of a tag.
type TagOptions struct {
	Address Address        `yaml:"address" required:"true" doc:"Where the PLC keeps the value: DB10.DBX0.3, DB10.DBW2, M0.1, MW4, I0.0 or E0.0, QW2 or AW2, T5, C3; VW0 of a LOGO!." example:"DB10.DBW2"`
	Type    string         `yaml:"type" enum:"bool,byte,word,dword,lword,sint,usint,int,uint,dint,udint,lint,ulint,real,lreal,bcd16,bcd32,char,wchar,string,wstring,bytes,date,time_of_day,ltod,date_and_time,ldt,dtl,time,ltime,s5time" doc:"The type of the value. Without it, a bit is bool, an octet byte, a word word, a double word dword; timers are s5time and counters bcd16." example:"real"`
	Length  int            `yaml:"length" min:"1" max:"16382" doc:"The characters that a string or wstring is declared with, 254 where it is not given; the octets of bytes." example:"20"`
	Count   int            `yaml:"count" min:"1" max:"8192" doc:"How many values, one after the other, make an array." example:"10"`
	Scaling *scale.Options `yaml:"scaling" doc:"A curve instead of scale and offset: a range mapped to a range, a square root, or a table."`
}

// Check refuses a zone that is not known.
func (o *DeviceOptions) Check(report config.Report) {
	if _, err := protocols.ZoneOf(o.TimeZone); err != nil {
		report("time_zone", &config.Problem{What: fmt.Sprintf("%q is no time zone", o.TimeZone), Fix: "want UTC, a name as Europe/Berlin, or a distance as +01:00"})
	}
}

// CheckTag refuses, at its key, what cannot be read or written as it is configured.
func (*DeviceOptions) CheckTag(t *config.Tag, report config.Report) {
	if _, flaw := newPoint(t, time.UTC); flaw != nil {
		report(flaw.Key, flaw.Err)
	}
}

var _ config.TagChecker = (*DeviceOptions)(nil)

// Component tells the configuration of the driver.
func Component() config.Driver {
	return config.Driver{
		Name: "s7",
		Doc: "Siemens S7-300, 400, 1200, 1500 and LOGO!, by S7comm (tcp://host:102?slot=2). On an S7-1200 or S7-1500, PUT/GET " +
			"has to be permitted, and data blocks must not be optimized.",
		Schemes: []string{"tcp"}, Endpoint: EndpointOptions{}, Device: DeviceOptions{}, Tag: TagOptions{},
	}
}
