package config

// Function is a WebAssembly module with functions for the queries of rules. It is named by its digest, so that what
// runs is what was meant: another module is another digest here.
type Function struct {
	Origin Origin
	Name   string   `yaml:"name" required:"true" match:"name" doc:"The module's name, for people. What its functions are called stands in the module." example:"pump-model"`
	File   string   `yaml:"file" max:"4096" doc:"The module: WebAssembly that imports nothing, or nothing but WASI. Not given, it is an artefact of the cloud, which the node fetches by its digest before it enters a configuration that names it." example:"/etc/holdfast/pump-model.wasm"`
	SHA256 string   `yaml:"sha256" required:"true" min:"64" max:"64" doc:"The SHA-256 of the file in hexadecimal digits, as sha256sum tells it: of the file as it is, not of what is made of it. A file that has another one is refused." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Memory ByteSize `yaml:"memory" default:"16MiB" min:"64KiB" max:"1GiB" doc:"What an instance of the module may have; beyond it, the module gets no more."`
	Fuel   int      `yaml:"fuel" default:"10000000" min:"1000" max:"1000000000" doc:"How many instructions a call may take: ten million are a few milliseconds on a server, and may be a second where code is interpreted (32-bit processors). A call that takes more fails its row, at the same instruction on every machine."`
}
