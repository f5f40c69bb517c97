{{/* What pods are told apart by, and the gateway's part in it. (list $ component component-values) */}}
{{- define "mcp-gateway.podMetadata" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
{{- $own := include "mcp-gateway.selector" . | fromYaml -}}
{{- /* The NetworkPolicies of adapters let in by this one. */ -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "mcp-gateway" -}}
labels:
  {{- merge $own $values.podLabels | toYaml | nindent 2 }}
{{- $annotations := deepCopy $values.podAnnotations -}}
{{- /* Another URL in the values is another Secret, which pods read at their start only. */ -}}
{{- with compact (list $root.Values.database.url $root.Values.redis.url $root.Values.trial.redis.password) }}
{{- $_ := set $annotations "mcp-gateway.io/urls" (join " " . | sha256sum | trunc 16) }}
{{- end }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* What the pods of all services have in common. (list $ component component-values) */}}
{{- define "mcp-gateway.podSettings" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
serviceAccountName: {{ include "mcp-gateway.fullname" $root }}-{{ index . 1 }}
enableServiceLinks: false
securityContext:
  {{- include "mcp-gateway.podSecurity" $root.Values.runAsUser | nindent 2 }}
{{- with include "mcp-gateway.pullSecrets" $root }}
{{ . }}
{{- end }}
{{- if ge (int64 (default 0 $values.preStopSeconds)) (int64 $values.terminationGracePeriodSeconds) }}
{{- fail (printf "preStopSeconds of the %s must be less than its terminationGracePeriodSeconds: its pods would be killed before they are told to end" (index . 1)) }}
{{- end }}
terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "mcp-gateway.selector" $ | nindent 8 }}
    # Counted for each version by itself, or a rollout would lean on where the old pods were.
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "mcp-gateway.volumes" . }}
{{ . }}
{{- end }}
{{- end -}}

{{/* For Pod Security "restricted", with a user id, or null where the cluster gives out ids. */}}
{{- define "mcp-gateway.podSecurity" -}}
runAsNonRoot: true
{{- with . }}
runAsUser: {{ int64 . }}
runAsGroup: {{ int64 . }}
{{- end }}
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "mcp-gateway.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "mcp-gateway.pullSecrets" -}}
{{- with .Values.image.pullSecrets -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* (list $ component component-values) */}}
{{- define "mcp-gateway.containerSettings" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
{{- $scheme := ternary ", scheme: HTTPS" "" (ne (include "mcp-gateway.tlsSecret" .) "") -}}
image: {{ include "mcp-gateway.image" . }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
securityContext:
  {{- include "mcp-gateway.containerSecurity" . | nindent 2 }}
resources:
  {{- toYaml $values.resources | nindent 2 }}
{{- with include "mcp-gateway.volumeMounts" . }}
{{ . }}
{{- end }}
ports:
  - name: http
    containerPort: 8000
  {{- if $root.Values.metrics.enabled }}
  - name: metrics
    containerPort: 9464
  {{- end }}
# Long enough for another one to finish its migrations first.
startupProbe:
  httpGet: { path: /livez, port: http{{ $scheme }} }
  periodSeconds: 1
  timeoutSeconds: 3
  failureThreshold: 120
livenessProbe:
  httpGet: { path: /livez, port: http{{ $scheme }} }
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  httpGet: { path: /readyz, port: http{{ $scheme }} }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- with $values.preStopSeconds }}
# Load balancers and other nodes hear later than this pod that it is to end.
lifecycle: { preStop: { sleep: { seconds: {{ . }} } } }
{{- end }}
{{- end -}}
