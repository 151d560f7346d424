package opcua

import (
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/scale"
)

// EndpointOptions are the keys in the query of an endpoint.
type EndpointOptions struct {
	Policy string `yaml:"policy" default:"None" enum:"None,Basic256Sha256,Aes128_Sha256_RsaOaep,Aes256_Sha256_RsaPss" doc:"The security policy. Any but None needs a certificate: see pki." example:"Basic256Sha256"`
	Mode   string `yaml:"mode" enum:"None,Sign,SignAndEncrypt" doc:"What is done with messages; SignAndEncrypt where there is a policy." example:"Sign"`

	User            string        `yaml:"user" doc:"The name to log in with; anonymous where neither it nor user_certificate is given." example:"edge"`
	Password        config.Secret `yaml:"password" doc:"The user's password." example:"env:PLC_PASSWORD"`
	ClearPassword   bool          `yaml:"clear_password" default:"false" advanced:"true" doc:"Whether the password may be sent unencrypted to a server that knows no other way."`
	UserCertificate string        `yaml:"user_certificate" doc:"The file of a certificate (PEM or DER) to log in with." example:"/etc/holdfast/operator.pem"`
	UserKey         string        `yaml:"user_key" doc:"The file of that certificate's private key (PEM)." example:"/etc/holdfast/operator.key"`

	PKI         string `yaml:"pki" doc:"The directory of certificates: own/ holds the node's, made at first use; trusted/ those of servers; rejected/ those that were met and are not trusted." example:"/var/lib/holdfast/opcua"`
	Certificate string `yaml:"certificate" advanced:"true" doc:"The file of the node's certificate (PEM or DER), instead of the one in pki." example:"/etc/holdfast/edge.pem"`
	Key         string `yaml:"key" advanced:"true" doc:"The file of that certificate's private key (PEM)." example:"/etc/holdfast/edge.key"`
	Trust       string `yaml:"trust" default:"store" enum:"store,any" advanced:"true" doc:"Which servers' certificates are taken: those in pki, or any, which is for commissioning only, since then anybody can pass for the server."`

	ConnectTimeout time.Duration `yaml:"connect_timeout" default:"10s" min:"10ms" max:"5m" doc:"How long it may take to connect and log in."`
	RequestTimeout time.Duration `yaml:"request_timeout" default:"5s" min:"10ms" max:"5m" doc:"How long to wait for the answer to a request. After three in a row without one the connection is made anew."`
	SessionTimeout time.Duration `yaml:"session_timeout" default:"1m" min:"1s" max:"1h" advanced:"true" doc:"How long the server is to keep a session that it hears nothing of."`
	Subscribe      bool          `yaml:"subscribe" default:"true" doc:"Whether the server sends changes by itself. Where it does not, the tags are read at each scan."`
}

// hasSecurity reports whether messages are protected.
func (o *EndpointOptions) hasSecurity() bool { return o.Policy != "None" }

// Check refuses keys that contradict each other.
func (o *EndpointOptions) Check(report config.Report) {
	refuse := func(wrong bool, key, what, fix string) {
		if wrong {
			report(key, &config.Problem{What: what, Fix: fix})
		}
	}
	secure := o.hasSecurity()
	refuse(secure && o.Mode == "None", "mode", "mode None sends in the clear, and the policy is "+o.Policy, "write Sign or SignAndEncrypt, or leave mode out")
	refuse(!secure && o.Mode != "" && o.Mode != "None", "mode", "mode "+o.Mode+" needs a policy", "add policy, as Basic256Sha256")
	refuse(secure && o.PKI == "" && (o.Certificate == "" || o.Trust == "store"), "policy", "policy "+o.Policy+" needs certificates", "add pki and a directory that the node may write to")
	refuse((o.Certificate == "") != (o.Key == ""), "certificate", "a certificate and its key belong together", "give both certificate and key, or neither")
	refuse((o.UserCertificate == "") != (o.UserKey == ""), "user_certificate", "a certificate and its key belong together", "give both user_certificate and user_key, or neither")
	refuse(o.User != "" && o.UserCertificate != "", "user", "there are two ways to log in", "give user, or user_certificate")
	refuse(o.User == "" && !o.Password.IsZero(), "password", "there is a password and no user", "add user")
}

// DeviceOptions are the keys of a device, which is what is read of one server.
type DeviceOptions struct {
	PublishingInterval time.Duration `yaml:"publishing_interval" min:"10ms" max:"1h" doc:"How often the server sends what has changed; the shortest scan of the groups where it is not given. A group's scan is how often the server looks at its values." example:"500ms"`
	KeepAlive          int           `yaml:"keep_alive" default:"10" min:"1" max:"1000" advanced:"true" doc:"After as many publishing intervals without a change the server says that it lives. When that does not come either, the connection is made anew."`
	Queue              int           `yaml:"queue" default:"10" min:"1" max:"10000" advanced:"true" doc:"How many changes of a value the server keeps between two publishings; with 1 only the newest."`
	Backfill           time.Duration `yaml:"backfill" default:"24h" min:"0s" max:"8760h" doc:"After an interruption, how far back the server's own history is read for what was missed, where it keeps one. 0 reads none."`
	MaxPerRequest      int           `yaml:"max_per_request" default:"1000" min:"1" max:"10000" advanced:"true" doc:"The most nodes in one request; less where the server says so."`
}

// TagOptions are the keys of a tag.
type TagOptions struct {
	Address Address        `yaml:"address" required:"true" doc:"The node: ns=2;s=NAME, ns=2;i=NUMBER, g= for a GUID and b= for octets in base64; nsu=URI; instead of ns= names the namespace itself." example:"ns=2;s=Boiler.Temperature"`
	Type    string         `yaml:"type" enum:"bool,int8,uint8,int16,uint16,int32,uint32,int64,uint64,float32,float64,string,time,guid,bytes,text" doc:"The type of the value; the server's where it is not given. A value of another type is converted where nothing is lost, and Bad otherwise." example:"float64"`
	Scaling *scale.Options `yaml:"scaling" doc:"A curve instead of scale and offset: a range mapped to a range, a square root, or a table."`
}

// CheckTag refuses, at its key, what cannot be read or written as it is configured.
func (*DeviceOptions) CheckTag(t *config.Tag, report config.Report) {
	if _, flaw := newPoint(t); flaw != nil {
		report(flaw.Key, flaw.Err)
	}
}

// SendsChanges says that a server sends what changes, and is silent otherwise.
func (*DeviceOptions) SendsChanges() {}

var (
	_ config.TagChecker = (*DeviceOptions)(nil)
	_ config.Sender     = (*DeviceOptions)(nil)
)

// Component tells the configuration of the driver.
func Component() config.Driver {
	return config.Driver{
		Name: "opcua",
		Doc: "Servers that speak OPC UA over TCP (opc.tcp://host:4840/path). What changes is sent by the server, with its own " +
			"times and qualities.",
		Schemes: []string{"opc.tcp"}, Endpoint: EndpointOptions{}, Device: DeviceOptions{}, Tag: TagOptions{},
	}
}
