// Runs a declarative Jenkinsfile in the Groovy that Jenkins has, as far as ours go: the steps of each stage in order,
// really done, then the post conditions. A directive or a step that it does not know is an error, not ignored.
//
// usage: groovy pipeline_jenkins.groovy JENKINSFILE WORKSPACE LOG ANSWERS FAIL NAME=VALUE...
//   LOG       gets a JSON object a line: {"stage", "line", "sh", "status", "out"}, {"stage", "input"}, at last {"result"}
//   ANSWERS   of the person at the inputs, in order: "yes,yes,abort"
//   FAIL      the number of the `sh` of the stages that is done, and then said to have failed; 0: none
//   NAME=...  parameters of the build; others have their defaults
// Exit status: 0 when the pipeline has ended, however it did.
import groovy.json.JsonOutput

class Stopped extends RuntimeException {
  final String result
  Stopped(String result, String why) {
    super(why)
    this.result = result
  }
}

class Build {
  Map<String, String> params = [:], env = [:]
  Map<String, String> given
  File workspace, log
  List<String> answers
  int fail, done = 0
  String stage = '', result = 'SUCCESS'

  void tell(Map entry) { log << JsonOutput.toJson([stage: stage] + entry) + '\n' }

  void stop(String how, String why) {
    tell([stopped: why])
    throw new Stopped(how, why)
  }

  // A child of this process, as of Jenkins' agent: sh -xe, with the parameters and `env` in the environment.
  Map launch(List<String> command) {
    def builder = new ProcessBuilder(command).directory(workspace)
    (params + env).each { name, value -> builder.environment()[name] = value as String }
    builder.redirectError(ProcessBuilder.Redirect.INHERIT).redirectInput(new File('/dev/null'))
    def process = builder.start()
    def out = process.inputStream.text
    print out
    return [status: process.waitFor(), out: out]
  }
}

// What stands in braces: names mean what the delegate says, nothing else.
class Within {
  static def run(Object delegate, Closure body) {
    body.delegate = delegate
    body.resolveStrategy = Closure.DELEGATE_ONLY
    body()
  }
}

class Parameters {
  Build build
  void string(Map of) {
    assert of.keySet() == ['name', 'defaultValue', 'description'] as Set
    build.params[of.name] = build.given.containsKey(of.name) ? build.given.remove(of.name) : of.defaultValue
  }
}

class Options {
  void disableConcurrentBuilds() {}
  void skipDefaultCheckout() {}
}

class Environment {
  Build build
  Map getParams() { build.params }
  void propertyMissing(String name, value) { build.env[name] = value as String }
}

class Steps {
  Build build
  Map getParams() { build.params }
  Map getEnv() { build.env }

  def sh(Map of) {
    assert of.keySet() - ['script', 'returnStdout'] == [] as Set
    def ended = build.launch(['/bin/sh', '-xec', of.script as String])
    if (build.stage != 'post' && ++build.done == build.fail) ended.status = -1
    def line = new Throwable().stackTrace.find { it.fileName == 'Jenkinsfile' }.lineNumber
    build.tell([line: line, sh: of.script as String, status: ended.status, out: ended.out])
    if (ended.status != 0) build.stop('FAILURE', "script returned exit code ${ended.status}")
    return of.returnStdout ? ended.out : null
  }
  def sh(String script) { sh(script: script) }

  void input(Map of) {
    assert of.keySet() == ['message', 'ok'] as Set
    build.tell([input: of.message as String])
    if (build.answers.empty) throw new IllegalStateException("nobody answers: ${of.message}")
    if (build.answers.remove(0) != 'yes') build.stop('ABORTED', 'rejected')
  }

  void git(Map of) {
    assert of.keySet() == ['url', 'branch'] as Set
    def ended = build.launch(['git', 'clone', '--quiet', '--branch', of.branch as String, of.url as String, '.'])
    if (ended.status != 0) build.stop('FAILURE', 'git clone failed')
  }

  void script(Closure body) { Within.run(this, body) }
}

class Stage {
  Closure steps
  void steps(Closure body) { steps = body }
}

class Stages {
  Map<String, Closure> all = [:]
  void stage(String name, Closure body) {
    def stage = new Stage()
    Within.run(stage, body)
    all[name] = stage.steps
  }
}

class Post {
  Map<String, Closure> conditions = [:]
  void aborted(Closure body) { conditions.aborted = body }
  void failure(Closure body) { conditions.failure = body }
  void success(Closure body) { conditions.success = body }
  void unsuccessful(Closure body) { conditions.unsuccessful = body }

  // In Jenkins' order.
  List<Closure> of(String result) {
    def names = [result.toLowerCase()] + (result == 'SUCCESS' ? [] : ['unsuccessful'])
    return names.collect { conditions[it] }.findAll { it != null }
  }
}

class Pipeline {
  Build build
  Closure environment
  final Stages stages = new Stages()
  final Post post = new Post()
  final String any = 'any'

  void agent(String which) { assert which == any }
  void options(Closure body) { Within.run(new Options(), body) }
  void parameters(Closure body) { Within.run(new Parameters(build: build), body) }
  void environment(Closure body) { environment = body }
  void stages(Closure body) { Within.run(stages, body) }
  void post(Closure body) { Within.run(post, body) }

  void run() {
    assert build.given.isEmpty(): "no such parameter: ${build.given.keySet()}"
    Within.run(new Environment(build: build), environment)
    try {
      stages.all.each { name, body ->
        build.stage = name
        Within.run(new Steps(build: build), body)
      }
    } catch (Stopped stopped) {
      build.result = stopped.result
    }
    build.stage = 'post'
    post.of(build.result).each { body ->
      try {
        Within.run(new Steps(build: build), body)
      } catch (Stopped stopped) {
        build.result = 'FAILURE'
      }
    }
    build.tell([result: build.result])
  }
}

def (file, workspace, log, answers, fail) = args[0..4]
def given = args.drop(5).collectEntries { it.split('=', 2) as List }
def build = new Build(given: given, workspace: new File(workspace), log: new File(log),
    answers: answers.tokenize(','), fail: fail as int)
def shell = new GroovyShell(new Binding(pipeline: { Closure body ->
  def pipeline = new Pipeline(build: build)
  Within.run(pipeline, body)
  pipeline.run()
}))
shell.evaluate(new File(file).text, 'Jenkinsfile')
