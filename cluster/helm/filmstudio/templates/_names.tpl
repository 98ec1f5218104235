{{- /* Names and labels that all objects share. */ -}}
{{- define "filmstudio.labels" -}}
app.kubernetes.io/name: filmstudio
app.kubernetes.io/part-of: filmstudio
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "filmstudio.selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "filmstudio.meta" -}}
name: {{ .root.Release.Name }}-{{ .name | default .component }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "filmstudio.labels" . | nindent 2 }}
  helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- /* Nobody is root, nothing gains rights, no call of the kernel beyond the usual. */ -}}
{{- define "filmstudio.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "filmstudio.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities: {drop: [ALL]}
readOnlyRootFilesystem: {{ . }}
{{- end }}

{{- define "filmstudio.pull" -}}
{{- with .Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{- /* What every node that opens the store is given: the secret by reference, if there is one. */ -}}
{{- define "filmstudio.storeEnv" -}}
- name: FILMSTUDIO_NODE_CACHE
  value: /cache
- name: FILMSTUDIO_NODE_CACHE_GB
  value: {{ .Values.store.nodeCacheGb | quote }}
- name: RAY_USAGE_STATS_ENABLED
  value: "0"
{{- with .Values.store.existingSecret }}
- name: AWS_EC2_METADATA_DISABLED
  value: "true"
- name: AWS_ACCESS_KEY_ID
  valueFrom: {secretKeyRef: {name: {{ . }}, key: access-key-id}}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom: {secretKeyRef: {name: {{ . }}, key: secret-access-key}}
{{- end }}
{{- end }}

{{- /* The operator gives it to the pods it makes; to the studio's we do. */ -}}
{{- define "filmstudio.rayEnv" -}}
- name: RAY_AUTH_MODE
  value: token
- name: RAY_AUTH_TOKEN
  valueFrom: {secretKeyRef: {name: {{ .Values.ray.existingSecret }}, key: auth_token}}
{{- end }}

{{- define "filmstudio.nodeMounts" -}}
- {name: cache, mountPath: /cache}
- {name: ray, mountPath: /tmp/ray}
- {name: shm, mountPath: /dev/shm}
{{- end }}

{{- define "filmstudio.nodeVolumes" -}}
- name: cache
  emptyDir: {sizeLimit: {{ div (mul .Values.store.nodeCacheGb 5) 4 | add 8 }}Gi}  # the bound is kept within an eighth
- name: ray
  emptyDir: {sizeLimit: 10Gi}
- name: shm
  emptyDir: {medium: Memory, sizeLimit: 2Gi}
{{- end }}

{{- define "filmstudio.databaseEnv" -}}
- name: FILMSTUDIO_DATABASE
  value: {{ printf "postgresql://%s@%s:%d/%s" .Values.database.user .Values.database.host (int .Values.database.port) .Values.database.name | quote }}
- name: PGPASSWORD
  valueFrom: {secretKeyRef: {name: {{ .Values.database.existingSecret }}, key: password}}
{{- end }}
