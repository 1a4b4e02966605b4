; The installer for Windows: for the user who runs it alone, without an administrator's password.
; makensis is told VERSION, SOURCE (the package's folder), PROCESSOR_FOLDER (the VST3's) and OUTPUT.

Unicode true
Target amd64-unicode
ManifestDPIAware true
RequestExecutionLevel user
SetCompressor /SOLID lzma
; A plugin that a DAW plays cannot be replaced: said, instead of half an installation.
SetOverwrite try

!include MUI2.nsh

Name "Unbraid ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\Unbraid"
BrandingText "Unbraid ${VERSION}"

!define COMMON "$LOCALAPPDATA\Programs\Common"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Unbraid"
!define IN_USE "Unbraid is in use. Close your DAW, then try again."

!insertmacro MUI_PAGE_LICENSE "${SOURCE}\LICENSE"
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

!macro StopIfFailed
  IfErrors 0 +4
    MessageBox MB_OK|MB_ICONSTOP "${IN_USE}" /SD IDOK
    SetErrorLevel 2
    Abort "${IN_USE}"
!macroend

Section "Unbraid"
  ClearErrors
  SetOutPath "${COMMON}\CLAP"
  File "${SOURCE}\Unbraid.clap"
  !insertmacro StopIfFailed
  SetOutPath "${COMMON}\VST3\Unbraid.vst3\Contents\${PROCESSOR_FOLDER}"
  File "${SOURCE}\Unbraid.vst3\Contents\${PROCESSOR_FOLDER}\Unbraid.vst3"
  !insertmacro StopIfFailed
  SetOutPath "$INSTDIR"
  File "${SOURCE}\unbraid.exe"
  File "${SOURCE}\LICENSE"
  File "${SOURCE}\CHANGELOG.md"
  File "${SOURCE}\INSTALL.txt"
  File "${SOURCE}\SHA256SUMS"
  File "${SOURCE}\THIRD-PARTY.txt"
  !insertmacro StopIfFailed

  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "Unbraid"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The Unbraid authors"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
SectionEnd

; Takes away what was installed, and folders only where nothing else lies in them. Presets stay.
Section "Uninstall"
  ClearErrors
  Delete "${COMMON}\CLAP\Unbraid.clap"
  Delete "${COMMON}\VST3\Unbraid.vst3\Contents\${PROCESSOR_FOLDER}\Unbraid.vst3"
  !insertmacro StopIfFailed
  RMDir "${COMMON}\VST3\Unbraid.vst3\Contents\${PROCESSOR_FOLDER}"
  RMDir "${COMMON}\VST3\Unbraid.vst3\Contents"
  RMDir "${COMMON}\VST3\Unbraid.vst3"
  Delete "$INSTDIR\unbraid.exe"
  Delete "$INSTDIR\LICENSE"
  Delete "$INSTDIR\CHANGELOG.md"
  Delete "$INSTDIR\INSTALL.txt"
  Delete "$INSTDIR\SHA256SUMS"
  Delete "$INSTDIR\THIRD-PARTY.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
SectionEnd
