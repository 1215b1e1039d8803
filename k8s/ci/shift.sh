#!/bin/sh
# The pipeline of ../jenkins/Jenkinsfile.gates as a plain script: deploys the next version of world beside the present one,
# tests it, shifts the traffic to it as gates.yaml says, and removes the old one; or removes the new one, if that fails or is
# interrupted, and everything is as it was.
#
# usage: k8s/ci/shift.sh       at the top of the repository, with namerctl, kubectl and curl
# environment: NAMERCTL_BASE_URL (http://namerd.default.svc.cluster.local:4180), namerdNamespace (internal),
#              meshUrl (http://l5d.default.svc.cluster.local), k8sNamespace (default), build (a note for the history)
# exit status: 0 promoted; else that of the command that failed: 5 reverted by a gate, 7 by the deadline (namerctl/README.md)
set -eu
export NAMERCTL_BASE_URL="${NAMERCTL_BASE_URL:-http://namerd.default.svc.cluster.local:4180}"
meshUrl=${meshUrl:-http://l5d.default.svc.cluster.local}
namerdNamespace=${namerdNamespace:-internal}
build=${build:-shift.sh}
kubectl="kubectl --namespace=${k8sNamespace:-default}"

revert() {
  status=$?
  trap - EXIT INT TERM
  if [ "$status" -ne 0 ]; then
    # What leads to the new version goes first; if that fails, what it leads to stays.
    namerctl shift abort "$namerdNamespace" /host/world --to "/srv/$newVersion" --message "$build" --wait &&
      $kubectl delete deployment,service "$newVersion" --ignore-not-found
  fi
  exit "$status"
}

currentVersion=$($kubectl get deployments --selector=app=world --sort-by=.metadata.creationTimestamp \
  --output="jsonpath={.items[-1:].metadata.name}")
newVersion=world-v$((${currentVersion#world-v} + 1))
trap revert EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

sed "s/world-v1/$newVersion/g" k8s/helloworld/world.yml | $kubectl apply --filename=-
$kubectl rollout status "deployment/$newVersion" --timeout=5m
curl --fail --silent --show-error --retry 10 --retry-delay 1 \
  --header "l5d-dtab: /host/world => /srv/$newVersion | !" "$meshUrl"
namerctl shift start "$namerdNamespace" /host/world --from "/srv/$currentVersion" --to "/srv/$newVersion" \
  -f k8s/ci/gates.yaml --message "$build" --abort-on-disconnect --wait
$kubectl delete deployment,service "$currentVersion"
